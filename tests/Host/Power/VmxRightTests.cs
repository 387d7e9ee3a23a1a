using System.Diagnostics;
using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Disks.Locks;
using Lorica.Host.Home;
using Lorica.Host.Power;
using Lorica.Host.Tests.Support;

namespace Lorica.Host.Tests.Power;

/// <summary>
/// What the host may change of a VM that runs: its vmx has the lock. Here that vmx is a process that does nothing, and the lock
/// file says what the test writes.
/// </summary>
public sealed class VmxRightTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1"), _next = TestKek.Make("k2");
    private readonly TestVm _vm;
    private readonly Process _vmx = Process.Start("sleep", "600");
    private TestHost _host = null!;
    private ObjectRecord[] _records = [];

    public VmxRightTests() => _vm = new TestVm("sec", _kek, capacity: 256 * 1024);

    private string Home => Path.Combine(_host.Datastore, "sec");

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        await _host.DeliverAsync(_kek, _next);
        _records = TestVm.RecordsOf(await _vm.ImportAsync(_host.Client));
        var (registration, entry) = _host.Node.Table.Find(_vm.Id);
        Say(_host.Config.Id, _vm.Request.Epoch, held: true);
        using var lease = _host.Node.Keys.Lease(pin: false);
        using var home = _host.OpenHome(_vm.Id);
        using var vm = OpenedVm.Open(home, Expectations.None, lease);
        var state = new RunState
        {
            VmId = registration.Id, KernelBoot = "b", Vmx = ProcessId.Of(_vmx.Id), Facts = RunFacts.Of(vm, lease),
            Disks = [],
        };
        entry.Running = new RunningVm(registration, state, new RunFolders(_host.Config.RunFolder));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _vmx.Kill();
        _vmx.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task While_its_vmx_holds_the_lock_a_running_vm_is_renamed_and_recrypted()
    {
        await _host.Client.SucceedAsync(TestJob.Order(_vm, "recryptShallow", _next, _records));
        await _host.Client.RenameVmAsync(new RenameVmRequest { VmId = _vm.Id, Epoch = _vm.NextEpoch, Name = "other" });
        Assert.Equal("other", (await _host.Client.DescribeVmAsync(new VmRequest { VmId = _vm.Id })).Name);
    }

    [Theory]
    [InlineData("other-host", 3, true, "lorica.lockLost")]
    [InlineData("", 1000, true, "lorica.lockLost")]
    [InlineData("", 1, false, "lorica.vmxAway")]
    public async Task Once_the_lock_file_says_something_else_nothing_of_it_is_changed(
        string host, long epoch, bool held, string key)
    {
        Say(host.Length > 0 ? host : _host.Config.Id, epoch, held);
        await RefusedAsync(key);
    }

    [Fact]
    public async Task What_holds_no_record_for_a_moment_allows_nothing_and_ends_nothing()
    {
        var (registration, entry) = _host.Node.Table.Find(_vm.Id);
        using var home = _host.OpenHome(_vm.Id);
        var right = new VmxRight(entry.Running!, home, _host.Node.Table);
        Assert.True(right.IsValid);
        File.WriteAllText(Path.Combine(Home, ".sec.vmx.lock"), "torn");
        Assert.Equal((false, false, "its lock file holds no record"), (right.IsValid, right.IsAway, right.Reason));
        await RefusedAsync("lorica.lockLost");
        Say(_host.Config.Id, registration.Epoch, held: true);
        Assert.True(right.IsValid);
        Say("other-host", registration.Epoch, held: true);
        Assert.False(right.IsValid);
        Say(_host.Config.Id, registration.Epoch, held: true);
        Assert.False(right.IsValid, "What is lost is lost for good.");
    }

    [Fact]
    public async Task Nothing_is_changed_while_no_vmx_holds_the_lock()
    {
        _vmx.Kill();
        await _vmx.WaitForExitAsync(TestContext.Current.CancellationToken);
        await RefusedAsync("lorica.vmxAway");
    }

    [Fact]
    public async Task Nothing_is_changed_without_a_lock_file()
    {
        File.Delete(Path.Combine(Home, ".sec.vmx.lock"));
        await RefusedAsync("lorica.lockLost");
    }

    [Theory]
    [InlineData("1 mark and second pair of the home")]
    [InlineData("2 second pair of virtio0:0")]
    [InlineData("4 committed")]
    [InlineData("5 one pair of virtio0:0")]
    public async Task A_recrypt_of_a_running_vm_stops_where_another_host_took_it(string step)
    {
        Dictionary<string, byte[]>? taken = null;
        _host.Node.Jobs.AfterStep = s =>
        {
            if (s != step)
                return;
            Say("other-host", 1000, held: true);
            taken = Files();
        };
        var job = await _host.Client.RunAsync(TestJob.Order(_vm, "recryptShallow", _next, _records));
        Assert.Equal("lorica.lockLost", job.Fault?.Key);
        Assert.Equal(taken, Files());
    }

    private async Task RefusedAsync(string key)
    {
        var before = Files();
        await FaultAssert.RefusedAsync(FaultTypes.InvalidState, key,
            _host.Client.RenameVmAsync(new RenameVmRequest { VmId = _vm.Id, Epoch = _vm.NextEpoch, Name = "other" }));
        var job = await _host.Client.RunAsync(TestJob.Order(_vm, "recryptShallow", _next, _records));
        Assert.Equal(key, job.Fault?.Key);
        Assert.Equal(before, Files());
    }

    private void Say(string host, long epoch, bool held)
    {
        using var file = File.OpenHandle(
            Path.Combine(Home, ".sec.vmx.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        WriterLockFile.Write(file, new WriterRecord { HostId = host, BootId = "b", Epoch = epoch, Held = held });
    }

    private Dictionary<string, byte[]> Files() => Directory.EnumerateFiles(Home)
        .Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).ToDictionary(f => f, File.ReadAllBytes);
}
