using Lorica.Contracts.Faults;
using Lorica.Contracts.Vmx;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Registry;
using Lorica.Host.Service;

namespace Lorica.Host.Power;

/// <summary>
/// Keeps one powered-on VM going, in one task:
/// <code>
///   connect ──► follow the vmx ──ended──► collect the console, release everything, say so
///      ▲               │ connection lost
///      │               ▼
///      └─ restart ◄─ QEMU alive? ──no──► the same end
///         (waits for keys that are missing, and longer after each failure)
/// </code>
/// When the host stops, the task just ends: vmx and guest go on, and the next start of the host finds them.
/// </summary>
internal sealed partial class VmSupervisor(
    RunningVm running, VmEntry entry, VmTable table, KeyCache keys, VmxLauncher launcher, RunFolders folders, HostEvents events,
    HostLog log, TimeProvider time)
{
    private const int WaitMilliseconds = 10_000;
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Runs until the VM has ended or the host stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await SuperviseAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops, its VMs do not.
        }
        catch (Exception e)
        {
            log.SupervisionFailed(e, running.Id, Guid.NewGuid());
            if (running.Ended.IsCompleted)
                return;
            await FinishAsync("its supervision failed", CancellationToken.None);
        }
    }

    private async Task SuperviseAsync(CancellationToken stopping)
    {
        int attempt = 0;
        while (true)
        {
            long since = time.GetTimestamp();
            if (await FollowAsync(stopping) is { } why)
            {
                await FinishAsync(why, stopping);
                return;
            }

            stopping.ThrowIfCancellationRequested();

            // The vmx has gone, or does not answer any more: it must not serve the disks beside its successor.
            running.State.Vmx?.SendKill();
            await GoneAsync(running.State.Vmx, stopping);
            await LookForLostWritesAsync(stopping);
            if (running.State.FlushFailed)
            {
                running.State.Qemu?.SendKill();
                await FinishAsync(
                    "a disk failed to make acknowledged writes durable, and the vmx that knew of it ended", stopping);
                return;
            }

            if (running.State.Qemu?.IsAlive() != true)
            {
                await FinishAsync("guest and vmx ended", stopping);
                return;
            }

            attempt = time.GetElapsedTime(since) > StableAfter ? 1 : attempt + 1;
            log.VmxRestarting(running.Id, attempt);
            if (!await RestartAsync(attempt, stopping))
            {
                await FinishAsync("the guest ended while its vmx was away", stopping);
                return;
            }
        }
    }

    /// <summary>Follows the vmx. Why the guest ended, or null when the connection was lost.</summary>
    private async Task<string?> FollowAsync(CancellationToken stopping)
    {
        try
        {
            using var connecting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            connecting.CancelAfter(ConnectLimit);
            using var control = await VmxControl.ConnectAsync(folders.ControlSocket(running.Id), connecting.Token);
            using var pumping = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var pump = PumpConsoleAsync(pumping.Token);
            try
            {
                while (true)
                {
                    var request = new VmxRequest
                    {
                        Wait = new VmxWait { Seen = running.Status?.Version ?? -1, WaitMs = WaitMilliseconds },
                    };
                    using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                    limit.CancelAfter(AnswerLimit);
                    var reply = await control.CallAsync(request, limit.Token);
                    if (See(reply.Status) is { } why)
                    {
                        // The vmx waits until its console has been read to the end, at most ten seconds.
                        await Task.WhenAny(pump, Task.Delay(ConnectLimit, time, stopping));
                        return why;
                    }
                }
            }
            finally
            {
                await pumping.CancelAsync();
                await pump;
            }
        }
        catch (Exception e) when (e is IOException or FaultException
            || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            // Versions start anew with the next vmx.
            running.Status = null;
            return null;
        }
    }

    /// <summary>Takes a status in; why the guest ended, if it has.</summary>
    private string? See(VmxStatus status)
    {
        var before = running.Status;
        running.Status = status;

        // The vmx is trusted less than this process, which will kill what it is told here: only a process of the VM's own user
        // can be meant.
        if (status.QemuPid > 0 && running.State.Qemu?.Pid != status.QemuPid
            && ProcessId.Of(status.QemuPid, running.Registration.Uid) is { } qemu)
        {
            running.Change(s => s with { Qemu = qemu });
        }

        if (status.FlushFailed)
            WritesLost(status.Detail);

        bool stood = GuestStates.Parse(before?.Guest) == GuestState.IoError;
        switch (GuestStates.Parse(status.Guest))
        {
            case GuestState.Ended:
                return status.Detail.Length > 0 ? status.Detail : status.Ended;
            case GuestState.Running:
                running.Settle();
                if (stood)
                    events.VmChanged(running.Id, PowerState.On, VmChange.GuestGoesOn);
                return null;
            case GuestState.IoError:
                if (!stood)
                {
                    log.GuestReports(running.Id, status.Guest, status.Detail);
                    events.VmChanged(running.Id, PowerState.On, VmChange.IoError, status.Detail);
                }

                return null;
            case GuestState.Starting or GuestState.Paused or null:
                return null;
            default:
                throw new InvalidOperationException($"Nothing says what {status.Guest} means.");
        }
    }

    private async Task PumpConsoleAsync(CancellationToken ct)
    {
        try
        {
            using var control = await VmxControl.ConnectAsync(folders.ControlSocket(running.Id), ct);
            while (true)
            {
                var reply = await control.CallAsync(
                    new VmxRequest
                    {
                        ReadConsole = new VmxReadConsole { FromOffset = running.Console.End, WaitMs = WaitMilliseconds },
                    }, ct);
                if (reply.Console is { } console)
                    running.Console.Append(console.Offset, console.Data.Span);
                if (GuestStates.Parse(reply.Status.Guest) == GuestState.Ended
                    && running.Console.End >= (reply.Console?.EndOffset ?? 0))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or FaultException or OperationCanceledException)
        {
            // The vmx has gone, or nobody follows any more.
        }
    }
}
