using System.Threading.Channels;
using Lorica.Contracts.Vmx;
using Lorica.Vmx.Qemu;

namespace Lorica.Vmx.Guest;

/// <summary>
/// Drives <see cref="GuestMachine"/>: feeds it with what QEMU and the host say, does what it wants, publishes what it is. One
/// task touches the machine; everybody else posts to its queue.
/// </summary>
internal sealed class GuestSupervisor(StatusBoard board, string qmpPath, TimeProvider time)
{
    private static readonly TimeSpan ConnectRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromMinutes(10);

    private readonly GuestMachine _machine = new();
    private readonly Channel<Action> _queue =
        Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private QmpClient? _qmp;
    private Task<bool>? _waiting;
    private string _deviceError = "";

    private long Now => (long)time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>From any thread: end the guest.</summary>
    public void PowerOff(bool hard, TimeSpan timeout) =>
        _queue.Writer.TryWrite(() => _machine.PowerOff(hard, (long)timeout.TotalMilliseconds, Now));

    /// <summary>From any thread: pause the guest, or let it go on.</summary>
    public void Pause(bool paused) => _queue.Writer.TryWrite(() => _machine.Pause(paused, Now));

    /// <summary>From any thread: press the guest's reset button.</summary>
    public void Reset() => _queue.Writer.TryWrite(() => _machine.Reset(Now));

    /// <summary>From any thread: what a disk's device reported, shown while the guest stands still because of it.</summary>
    public void DeviceFailed(string text) => _queue.Writer.TryWrite(() => _deviceError = text);

    /// <summary>Nothing was started, for this reason.</summary>
    public void FailToStart(string why)
    {
        _machine.OnStartFailed(why);
        Publish(0);
    }

    /// <summary>
    /// Follows <paramref name="qemu"/> until it has ended or <paramref name="ct"/> (then it is left alone).
    /// <paramref name="beforeEnd"/> runs before the end is published.
    /// </summary>
    public async Task RunAsync(QemuProcess qemu, Task consoleConnected, Func<Task> beforeEnd, CancellationToken ct)
    {
        Publish(qemu.Pid);
        var connecting = ConnectAsync(qemu, consoleConnected, ct);
        var exiting = PostExitAsync(qemu);
        try
        {
            while (_machine.State != GuestState.Ended)
            {
                var (action, until) = _machine.Next(Now);
                Perform(action, qemu);
                if (action == GuestAction.None)
                    await TakeEventsAsync(until, ct);
                if (_machine.State == GuestState.Ended)
                    await beforeEnd();
                Publish(qemu.Pid);
            }

            await exiting;
        }
        finally
        {
            if (_qmp is { } qmp)
                await qmp.DisposeAsync();
            _ = connecting;
        }
    }

    private async Task TakeEventsAsync(long until, CancellationToken ct)
    {
        // A wait that was not over at the last time-out is the wait for the next event too.
        var wait = _waiting ?? _queue.Reader.WaitToReadAsync(ct).AsTask();
        _waiting = wait;
        if (until != long.MaxValue)
        {
            try
            {
                await wait.WaitAsync(TimeSpan.FromMilliseconds(Math.Max(1, until - Now)), time, ct);
            }
            catch (TimeoutException)
            {
                return;
            }
        }

        await wait;
        _waiting = null;
        while (_queue.Reader.TryRead(out var apply))
            apply();
    }

    private void Perform(GuestAction action, QemuProcess qemu)
    {
        switch (action)
        {
            case GuestAction.Continue:
                Send("cont");
                break;
            case GuestAction.Stop:
                Send("stop");
                break;
            case GuestAction.Reset:
                Send("system_reset");
                break;
            case GuestAction.PowerDown:
                Send("system_powerdown");
                break;
            case GuestAction.Quit:
                Send("quit");
                break;
            case GuestAction.Kill:
                qemu.Kill();
                break;
            case GuestAction.None:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(action), action, "No such action.");
        }
    }

    // Commands are not waited for: `quit` and `stop` answer only after disks that are away have come back or timed out.
    private void Send(string command)
    {
        if (_qmp is { } qmp)
            _ = SendAsync(qmp, command);
    }

    private async Task SendAsync(QmpClient qmp, string command)
    {
        using var limit = new CancellationTokenSource(CommandLimit, time);
        try
        {
            await qmp.ExecuteAsync(command, limit.Token);
        }
        catch (Exception e) when (e is VmxException or OperationCanceledException)
        {
            // The machine asks again or escalates by its own clock.
        }
    }

    private async Task ConnectAsync(QemuProcess qemu, Task consoleConnected, CancellationToken ct)
    {
        try
        {
            // The guest's first words must find somebody who listens.
            await Task.WhenAny(consoleConnected, qemu.Exited);
            long giveUp = Now + (long)ConnectLimit.TotalMilliseconds;
            while (!qemu.Exited.IsCompleted && !ct.IsCancellationRequested)
            {
                try
                {
                    using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
                    limit.CancelAfter(ConnectLimit);
                    var qmp = await QmpClient.ConnectAsync(qmpPath, e => Post(() => _machine.OnEvent(e, Now)), limit.Token);
                    string status = await qmp.ExecuteAsync("query-status", limit.Token);
                    Post(() =>
                    {
                        _qmp = qmp;
                        _machine.OnStatus(status, Now);
                    });
                    await qmp.Closed;
                    Post(() =>
                    {
                        _qmp = null;
                        _machine.OnConnectionLost();
                    });
                    giveUp = Now + (long)ConnectLimit.TotalMilliseconds;
                }
                catch (VmxException) when (Now < giveUp)
                {
                    // Not yet, or another client still has it.
                }

                await Task.Delay(ConnectRetry, time, ct);
            }
        }
        catch (Exception e) when (e is VmxException or OperationCanceledException)
        {
            // Either this process ends, or QEMU cannot be spoken to: then only its exit is seen and only the plug helps.
        }
    }

    private async Task PostExitAsync(QemuProcess qemu)
    {
        string how = await qemu.Exited;
        Post(() => _machine.OnExit(how, qemu.Output));
    }

    private void Post(Action apply) => _queue.Writer.TryWrite(apply);

    private void Publish(int pid)
    {
        string detail = _machine.Detail;
        if (_machine.State == GuestState.IoError && _deviceError.Length > 0)
            detail += " " + _deviceError;
        board.Publish(_machine.State, _machine.End, pid, detail);
    }
}
