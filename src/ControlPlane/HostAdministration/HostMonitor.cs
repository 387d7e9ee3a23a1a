using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Recovery;
using Lorica.Model;
using Lorica.Store;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.HostAdministration;

/// <summary>
/// Keeps the Watch stream of one host.
/// <code>
/// connecting ──first event──► connected ──no event for 6 s, stream broken──► disconnected ──► connecting …
///                                 │ each connection and each new boot id: describe, forget what went elsewhere, reconcile
///                                 │ while a VM is locked: reconcile every 2 s, slower and slower up to 10 s; at once when nudged
/// </code>
/// </summary>
internal sealed partial class HostMonitor(
    string hostId, KeyReconciler reconciler, OrphanedVms strays, HostClient hosts, CenterStore store, EventLog events,
    AlarmStore alarms,
    DatastoreTable datastores, VmDescriptionCache snapshots, KeyReleaser releaser, TimeProvider time, ILogger<HostMonitor> log)
{
    /// <summary>Three heartbeats of 2 s.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);

    /// <summary>Changes that a host may tell at once, and in a second after that: each is an event, kept for ever.</summary>
    private const double Burst = 2000, PerSecond = 2;

    private readonly SemaphoreSlim _wake = new(0);
    private bool _connected;
    private string _bootId = "";
    private long? _lostSince;
    private double _credit = Burst;
    private long _creditAt;
    private bool _lookForStrays;

    /// <summary>Reconcile soon.</summary>
    public void Nudge() => _wake.Release();

    /// <summary>Runs until <paramref name="ct"/>.</summary>
    public Task RunAsync(CancellationToken ct) => Task.WhenAll(WatchAsync(ct), ReconcileAsync(ct), LookAsync(ct));

    private async Task WatchAsync(CancellationToken ct)
    {
        var pause = FirstPause;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await WatchOnceAsync(() => pause = FirstPause, ct);
            }
            catch (Exception) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                await LostAsync(e, ct);
            }

            await Task.Delay(pause, time, ct)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task WatchOnceAsync(Action heard, CancellationToken ct)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var timer = time.CreateTimer(
            static s => Fall((CancellationTokenSource)s!), silence, Silence, Timeout.InfiniteTimeSpan);
        await foreach (var current in hosts.Once(hostId).Admin.WatchAsync(silence.Token))
        {
            timer.Change(Silence, Timeout.InfiniteTimeSpan);
            heard();
            if (!_connected || current.BootId != _bootId)
            {
                await HoldBackAsync(ct);
                await ConnectedAsync(current.BootId, ct);
            }

            if (current.Vm is { } change)
            {
                await HoldBackAsync(ct);
                await VmChangedAsync(change, ct);
            }
        }

        throw new IOException("The host ended the stream.");
    }

    /// <summary>A host that tells changes without end is heard as slowly as an honest one would tell them.</summary>
    private async Task HoldBackAsync(CancellationToken ct)
    {
        long now = time.GetTimestamp();
        double earned = _creditAt == 0 ? 0 : time.GetElapsedTime(_creditAt, now).TotalSeconds * PerSecond;
        _credit = Math.Min(Burst, _credit + earned) - 1;
        _creditAt = now;
        if (_credit < 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(-_credit / PerSecond), time, ct);
        }
    }

    /// <summary>The timer may fire while the stream is being left.</summary>
    private static void Fall(CancellationTokenSource silence)
    {
        try
        {
            silence.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The watch has ended already.
        }
    }

    private async Task ConnectedAsync(string bootId, CancellationToken ct)
    {
        var description = await hosts.Glance(hostId).Admin.DescribeAsync(ct);
        if (description.HostId != hostId)
        {
            throw new InvalidOperationException($"The host calls itself {description.HostId}, not {hostId}.");
        }

        bool restarted = _bootId.Length > 0 && _bootId != bootId;
        _connected = true;
        _lostSince = null;
        _bootId = bootId;
        await SaveAsync(HostStates.Connected, "", bootId, description,
            EventIds.HostConnected, restarted ? "The host restarted and is connected again." : "The host is connected.", false,
            ct);
        LogConnected(log, hostId, bootId);
        _lookForStrays = true;
        Nudge();
    }

    private async Task LostAsync(Exception e, CancellationToken ct)
    {
        string detail = e switch
        {
            OperationCanceledException => "No heartbeat.",
            _ => HostFailures.DetailOf(e),
        };
        bool was = _connected;
        _connected = false;
        _lostSince ??= time.GetTimestamp();
        // A host that restarts, or comes up together with the center, is not lost yet.
        bool lost = time.GetElapsedTime(_lostSince.Value) >= Silence;
        if (was)
        {
            LogLost(log, hostId, detail);
        }

        try
        {
            await SaveAsync(HostStates.Disconnected, detail, null, null, was ? EventIds.HostDisconnected : null,
                $"The host does not answer: {detail}", lost, ct);
        }
        catch (Exception inner) when (!ct.IsCancellationRequested)
        {
            LogFailed(log, inner, hostId);
        }
    }

    private Task SaveAsync(
        string state, string detail, string? bootId, HostFacts? description, string? eventId, string message, bool lost,
        CancellationToken ct) =>
        store.WriteAsync(
            async db =>
            {
                var row = await db.Hosts.FindAsync(hostId, ct);
                if (row is null)
                {
                    // Removed meanwhile.
                    return;
                }

                if (row.State == HostStates.Joining && state == HostStates.Disconnected)
                {
                    // It was never here, so it is not lost; its row says what to do.
                    return;
                }

                row.State = state;
                row.Detail = detail;
                row.BootId = bootId ?? row.BootId;
                if (description is not null)
                {
                    row.Description = KeptDescriptions.Keep(description);
                    await datastores.FollowAsync(db, row, description, ct);
                }

                if (eventId is not null)
                {
                    events.Add(db, eventId, Caller.System.User, ObjectRef.Of(row), message);
                }

                if (state == HostStates.Connected)
                {
                    await alarms.ClearAsync(db, AlarmIds.HostLost, hostId, ct);
                }
                else if (lost)
                {
                    await alarms.RaiseAsync(db, AlarmIds.HostLost, ObjectRef.Of(row), AlarmSeverity.Critical, message, ct);
                }
            },
            ct);

    private async Task VmChangedAsync(VmChange change, CancellationToken ct)
    {
        try
        {
            if (await snapshots.RefreshAsync(hostId, change.VmId, ct) is not { } now)
            {
                // It is not on this host.
                return;
            }

            await StandsStillAsync(now.Files, ct);
            if (now.Files.Guest == GuestState.IoError)
            {
                // Why says the space of its datastore: it is looked at now.
                _look.Release();
            }

            await events.AddAsync(EventIds.VmChanged, Caller.System.User, now.Name,
                $"{change.What.Word()}{(change.Detail.Length > 0 ? ": " : "")}{change.Detail}", ct);
            if (change.What is VmChangeKind.PoweredOff or VmChangeKind.GuestEnded && releaser.WaitsFor(hostId))
            {
                // A key that only this VM kept on the host can go now.
                Nudge();
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(log, e, hostId);
        }
    }

    private async Task ReconcileAsync(CancellationToken ct)
    {
        var retry = Timeout.InfiniteTimeSpan;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                bool nudged = await WaitAsync(retry, ct);
                while (_wake.CurrentCount > 0)
                {
                    await _wake.WaitAsync(ct);
                }

                if (!_connected)
                {
                    retry = Timeout.InfiniteTimeSpan;
                    continue;
                }

                if (_lookForStrays)
                {
                    await strays.ForgetAsync(hostId, ct);
                    _lookForStrays = false;
                }

                bool locked = await reconciler.ReconcileAsync(hostId, ct, vm => StandsStillAsync(vm, ct));
                retry = !locked ? Timeout.InfiniteTimeSpan
                    : nudged || retry == Timeout.InfiniteTimeSpan ? FirstRetry
                    : retry * 1.5 < LongestRetry ? retry * 1.5 : LongestRetry;
            }
            catch (Exception) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(log, e, hostId);
                retry = FirstRetry;
            }
        }
    }

    /// <summary>Waits for a nudge, at most <paramref name="retry"/> of the host's clock.</summary>
    private async Task<bool> WaitAsync(TimeSpan retry, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var nudge = _wake.WaitAsync(stop.Token);
        var timer = Task.Delay(retry, time, stop.Token);
        var first = await Task.WhenAny(nudge, timer);
        await stop.CancelAsync();
        ct.ThrowIfCancellationRequested();
        return first == nudge || nudge.Status == TaskStatus.RanToCompletion;
    }

    [LoggerMessage(2001, LogLevel.Information, "Host {HostId} is connected, boot {BootId}")]
    private static partial void LogConnected(ILogger log, string hostId, string bootId);

    [LoggerMessage(2002, LogLevel.Warning, "Host {HostId} is lost: {Detail}")]
    private static partial void LogLost(ILogger log, string hostId, string detail);

    [LoggerMessage(2003, LogLevel.Warning, "Work for host {HostId} failed and will be tried again")]
    private static partial void LogFailed(ILogger log, Exception e, string hostId);
}
