using System.Diagnostics;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Power;

/// <summary>A real guest on a real vmx.</summary>
public sealed class PowerTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1"), _next = TestKek.Make("k2");
    private TestHost _host = null!;
    private TestVm _vm = null!;
    private VmDescription _described = null!;

    public async ValueTask InitializeAsync()
    {
        _host = new TestHost(_folder);
        _host.Config = _host.Config with { Vmx = Programs.Vmx };
        string image = await GuestImage.PathAsync();
        await _host.StartAsync();
        await _host.DeliverAsync(_kek, _next);
        _vm = new TestVm("guest", _kek);
        (_vm.Request.MemoryMib, _vm.Request.Disks[0].Capacity) = (192, new FileInfo(image).Length);
        _described = await _vm.ImportAsync(_host.Client, image);
    }

    public async ValueTask DisposeAsync()
    {
        if (_vm is not null)
        {
            try
            {
                await _host.Client.PowerOffAsync(new PowerOffRequest { VmId = _vm.Id, Epoch = 1000, Hard = true });
            }
            catch (Grpc.Core.RpcException)
            {
                // It is off.
            }
        }

        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_encrypted_guest_boots_survives_its_vmx_and_a_restart_of_the_host_and_keeps_its_data()
    {
        // Boots from ciphertext.
        var on = await PowerOnAsync();
        Assert.Equal(VmPowerState.On, on.PowerState);
        var console = new GuestConsole(_host, _vm.Id);
        await console.UntilAsync("LORICA-GUEST ready");
        await console.AskAsync("mark LORICA-SECRET-OF-THE-GUEST", "marked");
        Assert.False(TestVm.IsFound(_host.Datastore, "LORICA-SECRET-OF-THE-GUEST"u8));

        // What must not be done to a running VM.
        await FaultAssert.RefusedAsync(FaultTypes.InvalidPowerState, "lorica.powerState", _host.Client.PowerOnAsync(PowerOn()));
        await FaultAssert.RefusedAsync(
            FaultTypes.InvalidPowerState, "lorica.powerState", _host.Client.StartJobAsync(TestJob.Order(_vm, "decrypt", null)));
        await FaultAssert.RefusedAsync(FaultTypes.InvalidPowerState, "lorica.powerState",
            _host.Client.DeleteVmAsync(new VmOperation { VmId = _vm.Id, Epoch = _vm.NextEpoch }));
        Assert.Single((await _host.Client.RemoveKeysAsync(new RemoveKeysRequest { Keys = { _kek.Ref } })).Pinned);

        // The vmx is killed under load and the guest goes on.
        await console.AskAsync("loadbg", "load started");
        Kill(await VmxPidAsync());
        await Wait.UntilAsync(async () => (await StateAsync()).Vmx?.IsAlive() == true, "a vmx runs again");
        await console.AskAsync("loadstop", "load stopped");
        Assert.DoesNotContain("FAILED", console.Text.ToString(), StringComparison.Ordinal);

        // A new KEK while it runs; the old one is needed no more.
        _described = await _host.Client.SucceedAsync(TestJob.Order(_vm, "recryptShallow", _next, TestVm.RecordsOf(_described)));
        Assert.Equal(_next.Ref, _described.Key);
        Assert.Single((await _host.Client.RemoveKeysAsync(new RemoveKeysRequest { Keys = { _kek.Ref, _next.Ref } })).Removed);

        // The host restarts: the guest runs on, and is found.
        await _host.StopAsync();
        await _host.StartAsync();
        Assert.Equal(VmPowerState.On, (await _host.Client.DescribeVmAsync(new VmRequest { VmId = _vm.Id })).PowerState);
        await console.AskAsync("check", "data ok");

        // Its vmx dies before the key is back: it is restarted as soon as the key arrives.
        Kill(await VmxPidAsync());
        Assert.False((await StateAsync()).Vmx!.IsAlive());
        Assert.Equal(VmPowerState.On, (await _host.Client.DescribeVmAsync(new VmRequest { VmId = _vm.Id })).PowerState);
        await _host.DeliverAsync(_next);
        await Wait.UntilAsync(async () => (await StateAsync()).Vmx?.IsAlive() == true, "a vmx runs again");
        await console.AskAsync("check", "data ok");

        // The guest ends by its power button; the console is kept, sealed.
        var off = await _host.Client.PowerOffAsync(
            new PowerOffRequest { VmId = _vm.Id, Epoch = _vm.NextEpoch, TimeoutSeconds = 60 });
        Assert.Equal(VmPowerState.Off, off.PowerState);
        Assert.Null(off.Suspect);
        var kept = new GuestConsole(_host, _vm.Id);
        await kept.UntilAsync("LORICA-GUEST ready");
        Assert.False(TestVm.IsFound(_host.Datastore, "LORICA-GUEST"u8));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_host.Config.RunFolder, "ctl")));
        await FaultAssert.RefusedAsync(FaultTypes.InvalidPowerState, "lorica.powerState",
            _host.Client.PowerOffAsync(new PowerOffRequest { VmId = _vm.Id, Epoch = _vm.NextEpoch }));
    }

    private PowerOnRequest PowerOn()
    {
        var request = new PowerOnRequest { VmId = _vm.Id, Epoch = _vm.NextEpoch };
        request.Records.AddRange(TestVm.RecordsOf(_described));
        return request;
    }

    private async Task<VmDescription> PowerOnAsync() => await _host.Client.PowerOnAsync(PowerOn());

    private Task<Host.Power.RunState> StateAsync() =>
        Task.FromResult(new Host.Power.RunFolders(_host.Config.RunFolder).Read(Guid.Parse(_vm.Id))!);

    private async Task<int> VmxPidAsync() => (await StateAsync()).Vmx!.Pid;

    private static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
        process.WaitForExit();
    }
}
