using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Disks.Locks;
using Lorica.Host.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Tests.Home;

/// <summary>Two hosts and one datastore.</summary>
public sealed class OneWriterTests : IAsyncLifetime
{
    private const string GoneHost = "gone-host";
    private readonly TestFolder _folder = new();
    private readonly WaitedTime _time = new();
    private readonly TestVm _vm = new();
    private TestHost _first = null!, _second = null!;
    private VmDescription _described = null!;

    public async ValueTask InitializeAsync()
    {
        _first = await TestHost.StartAsync(_folder);
        _second = new TestHost(_folder, "host2", _time);
        await _second.StartAsync();
        _described = await _vm.ImportAsync(_first.Client);
    }

    public async ValueTask DisposeAsync()
    {
        await _second.DisposeAsync();
        await _first.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_vm_that_one_host_let_go_is_taken_by_the_other_at_once()
    {
        await _first.Client.UnregisterVmAsync(new UnregisterVmRequest { VmId = _vm.Id, Epoch = _vm.NextEpoch });
        var seen = (await _second.Client.InspectVmAsync(new InspectVmRequest { Path = _described.Path })).Vm.Lock;
        Assert.Equal((_first.Config.Id, false, 2L), (seen.HostId, seen.Held, seen.Epoch));
        await _second.Client.RegisterVmAsync(Register());
        Assert.Single((await _second.Client.ListVmsAsync(new ListVmsRequest())).Vms);
    }

    [Fact]
    public async Task A_lock_that_a_process_holds_is_not_taken_whatever_is_said()
    {
        using var held = OpenLock();
        Assert.True(Lorica.Platform.Native.PosixFile.TryLock(held, "test"));
        Write(held, counter: 3);
        var request = Register();
        request.Fenced = true;
        var fault = await FaultAssert.RefusedAsync(
            FaultTypes.ResourceInUse, "lorica.vmInUse", _second.Client.RegisterVmAsync(request));
        Assert.Contains(GoneHost, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_counter_that_stood_still_for_45_seconds_is_taken_over()
    {
        using var file = OpenLock();
        Write(file, counter: 3);
        var call = _second.Client.RegisterVmAsync(Register()).ResponseAsync;
        var stoodStill = TimeSpan.Zero;
        while (await _time.IsWaitedForAsync(call))
        {
            if (WriterLockFile.Read(file)!.HostId == GoneHost)
                stoodStill += WriterLease.Period;
            _time.Advance(WriterLease.Period);
        }

        Assert.Null((await call).Suspect);
        Assert.Equal(WriterLease.Takeover, stoodStill);
    }

    [Fact]
    public async Task A_counter_that_moves_is_a_host_that_lives()
    {
        using var file = OpenLock();
        Write(file, counter: 3);
        var call = _second.Client.RegisterVmAsync(Register()).ResponseAsync;
        for (long counter = 4; await _time.IsWaitedForAsync(call); counter++)
        {
            Write(file, counter);
            _time.Advance(WriterLease.Period);
        }

        await FaultAssert.RefusedAsync(FaultTypes.ResourceInUse, "lorica.vmInUse", () => call);
    }

    [Fact]
    public async Task A_host_that_is_said_to_be_fenced_is_not_waited_for()
    {
        using (var file = OpenLock())
            Write(file, counter: 3);
        var request = Register();
        request.Fenced = true;
        await _second.Client.RegisterVmAsync(request);
    }

    [Fact]
    public async Task An_older_epoch_than_the_lock_file_has_is_refused_by_every_host()
    {
        using (var file = OpenLock())
            WriterLockFile.Write(file, new WriterRecord { HostId = GoneHost, BootId = "b", Epoch = 1000, Held = false });
        await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.staleEpoch", _second.Client.RegisterVmAsync(Register()));
        await FaultAssert.RefusedAsync(FaultTypes.InvalidState, "lorica.staleEpoch",
            _first.Client.RenameVmAsync(new RenameVmRequest { VmId = _vm.Id, Epoch = _vm.NextEpoch, Name = "x" }));
    }

    private RegisterVmRequest Register() => new() { VmId = _vm.Id, Epoch = _vm.NextEpoch, Path = _described.Path };

    private SafeFileHandle OpenLock() => File.OpenHandle(
        Path.Combine(_first.Datastore, "web01", ".web01.vmx.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite,
        FileShare.ReadWrite);

    private static void Write(SafeFileHandle file, long counter) =>
        WriterLockFile.Write(file, new WriterRecord { HostId = GoneHost, BootId = "b", Epoch = 1, Counter = counter });

    /// <summary>A clock that says when somebody begins to wait for it, so that it is moved only then.</summary>
    private sealed class WaitedTime : FakeTimeProvider
    {
        private readonly SemaphoreSlim _waits = new(0);

        /// <summary>False when <paramref name="call"/> ends and waits no more.</summary>
        public async Task<bool> IsWaitedForAsync(Task call)
        {
            var waits = _waits.WaitAsync();
            return await Task.WhenAny(call, waits) == waits;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == WriterLease.Period && period == Timeout.InfiniteTimeSpan)
                _waits.Release();
            return timer;
        }
    }
}
