using System.Diagnostics;
using Lorica.Disks.Locks;
using Lorica.Host.Power;
using Lorica.Host.Tests.Support;
using Lorica.Platform.Native;
using Microsoft.Extensions.Time.Testing;

namespace Lorica.Host.Tests.Power;

/// <summary>What is done when a run has ended. In the place of the vmx stands a process that does nothing.</summary>
public sealed class EndedRunTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly TestVm _vm = new("a", null, capacity: 256 * 1024);
    private readonly Process _vmx = Process.Start("sleep", "600");
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = new TestHost(_folder, time: _time);
        await _host.StartAsync();
        await _vm.ImportAsync(_host.Client);
        await _host.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _vmx.Kill();
        _vmx.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_lock_that_a_dying_vmx_still_has_for_a_moment_is_taken_and_given_back()
    {
        using var file = File.OpenHandle(
            Path.Combine(_host.Datastore, "a", ".a.vmx.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        WriterLockFile.Write(file, new WriterRecord { HostId = _host.Config.Id, BootId = "b", Epoch = 1 });
        Assert.True(PosixFile.TryLock(file, "test"));
        var id = Guid.Parse(_vm.Id);
        new RunFolders(_host.Config.RunFolder).Write(new RunState
        {
            VmId = id, KernelBoot = RunFolders.KernelBoot, Vmx = ProcessId.Of(_vmx.Id),
            Facts = new RunFacts { Home = new VerifiedObject { Id = id }, Disks = [] },
            Disks = [],
        });

        // It does not answer, and is killed.
        await _host.StartAsync();
        var entry = _host.Node.Table.Find(_vm.Id).Entry;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _vmx.WaitForExitAsync(limit.Token);
        for (int n = 0; n < 30; n++)
        {
            await Task.Delay(20, limit.Token);
            _time.Advance(TimeSpan.FromMilliseconds(20));
        }

        Assert.NotNull(entry.Running);
        PosixFile.Unlock(file);
        await Wait.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            return entry.Running is null;
        }, "the run is over");

        Assert.False(WriterLockFile.Read(file)!.Held);
    }
}
