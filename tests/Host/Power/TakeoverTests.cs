using Lorica.Contracts.Host;
using Lorica.Disks.Locks;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Power;

/// <summary>A real guest on a real vmx, and somebody who takes its lock away.</summary>
public sealed class TakeoverTests
{
    [Fact]
    public async Task A_vmx_whose_lock_another_host_took_over_does_no_more_io_and_its_guest_is_ended()
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
        var on = await host.Client.PowerOnAsync(power);
        Assert.Equal((true, true, host.Config.Id), (on.Lock.Held, on.Lock.Locked, on.Lock.HostId));
        await new GuestConsole(host, vm.Id).UntilAsync("LORICA-GUEST ready");

        // What a host does that was told that this one is fenced, on a datastore that does not carry locks between machines.
        using (var file = File.OpenHandle(
            Path.Combine(host.Datastore, "guest", ".guest.vmx.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            WriterLockFile.Write(file, new WriterRecord { HostId = "other-host", BootId = "b", Epoch = 1000 });
        }

        await Wait.UntilAsync(
            async () => (await host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id })).PowerState != VmPowerState.On,
            "the VM that another host took is off");
        var after = await host.Client.DescribeVmAsync(new VmRequest { VmId = vm.Id });
        Assert.Equal(("other-host", true, false), (after.Lock.HostId, after.Lock.Held, after.Lock.Locked));
        Assert.False(File.Exists(Path.Combine(host.Datastore, "guest", "guest.console")), "It is the other host's file.");
    }
}
