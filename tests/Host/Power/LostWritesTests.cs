using System.Diagnostics;
using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;
using Lorica.Host.Power;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Power;

/// <summary>A real guest on a real vmx that dies after a disk lost acknowledged writes.</summary>
public sealed class LostWritesTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_other_vmx_serves_a_guest_whose_vmx_noted_lost_writes_and_died(bool hostWasAway)
    {
        using var folder = new TestFolder();
        await using var host = new TestHost(folder);
        host.Config = host.Config with { Vmx = Programs.Vmx };
        string image = await GuestImage.PathAsync();
        await host.StartAsync();
        var kek = TestKek.Make("k1");
        await host.DeliverAsync(kek);
        var vm = new TestVm("guest", kek);
        (vm.Request.MemoryMib, vm.Request.Disks[0].Capacity) = (192, new FileInfo(image).Length);
        var described = await vm.ImportAsync(host.Client, image);
        var power = new PowerOnRequest { VmId = vm.Id, Epoch = vm.NextEpoch };
        power.Records.AddRange(TestVm.RecordsOf(described));
        await host.Client.PowerOnAsync(power);
        var folders = new RunFolders(host.Config.RunFolder);
        var state = folders.Read(Guid.Parse(vm.Id))!;
        if (hostWasAway)
            await host.StopAsync();

        // What a vmx does before it tells the guest; then it dies before any status.
        File.WriteAllBytes(Path.Combine(folders.OfVm(Guid.Parse(vm.Id)), VmxFiles.FlushFailed), []);
        using (var process = Process.GetProcessById(state.Vmx!.Pid))
        {
            process.Kill();
            process.WaitForExit();
        }

        if (hostWasAway)
        {
            await host.StartAsync();
            await host.DeliverAsync(kek);
        }

        await Wait.UntilAsync(
            async () => (await host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).PowerState != VmPowerState.On,
            "the VM whose writes were lost is off");
        Assert.False(state.Qemu?.IsAlive() ?? false);

        // Somebody powers it on again: a new run, whose guest checks its filesystems.
        power.Epoch = vm.NextEpoch;
        Assert.Equal(VmPowerState.On, (await host.Client.PowerOnAsync(power)).PowerState);
        await host.Client.PowerOffAsync(new PowerOffRequest { VmId = vm.Id, Epoch = vm.NextEpoch, Hard = true });
    }
}
