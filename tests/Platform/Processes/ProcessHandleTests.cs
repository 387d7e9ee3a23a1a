using System.Diagnostics;
using Lorica.Platform.Processes;

namespace Lorica.Platform.Tests.Processes;

public sealed class ProcessHandleTests
{
    [Fact]
    public async Task A_handle_stays_of_its_process_after_that_has_ended()
    {
        using var process = Process.Start("sleep", "60");
        using var handle = ProcessHandle.Open(process.Id);
        Assert.NotNull(handle);
        Assert.Equal(process.Id, handle.Pid);
        Assert.NotNull(ProcessStart.Of(process.Id));
        Assert.True(handle.Signal(Signals.Kill));
        Assert.Null(handle.WaitForExit(child: false));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.False(handle.Signal(Signals.Kill));
        Assert.Null(ProcessStart.Of(process.Id));
        Assert.Null(ProcessHandle.Open(process.Id));
    }

    [Fact]
    public void A_process_has_one_start_time() =>
        Assert.Equal(ProcessStart.Of(Environment.ProcessId), Assert.NotNull(ProcessStart.Of(Environment.ProcessId)));

    [Fact]
    public void A_signal_never_goes_to_a_group_or_to_everybody() => Assert.All(
        (int[])[1, 0, -1, int.MinValue], pid => Assert.Throws<ArgumentOutOfRangeException>(() => Signals.Send(pid, 0)));
}
