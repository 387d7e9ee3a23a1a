using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// Drives one job on a host to its end, through restarts of the host and of the center.
/// <code>
/// ┌► describe ─ done already, verified by its keys ──────────► succeeded
/// │     ├─ suspect: no key moves ────────────────────────────► fault
/// │     └► deliver the keys ─ not within reach ┬ not begun ──► fault
/// │           │                                └ begun: wait ─────────────────┐
/// │           └► StartJob (idempotent by id; resumes what the files say)      │
/// │                 ├─ refused ┬ not begun, or for good ─────► fault          │
/// │                 │          └ begun, for want of a key or a lock: wait ────┤
/// │                 └► WatchJob ─ ended ─────────────────────► succeeded / failed
/// └── host gone, database busy: wait ◄──┘ stream broken ◄─────────────────────┘
/// </code>
/// Begun is what the files say is begun, whether or not this run did it. Files that look decrypted prove nothing, since whoever
/// writes the datastore can make them so: then only the host, which remembers what it decrypted, says whether the job is done.
/// </summary>
internal sealed class JobDriver(
    HostClient hosts, VmLookup lookup, TaskStore tasks, EventLog events, IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private const int MaximumReason = 200;

    /// <summary>Runs the job.</summary>
    /// <param name="context">The work.</param>
    /// <param name="start">What the host is asked.</param>
    /// <param name="keys">Keys that the job needs on the host.</param>
    /// <param name="isDone">Whether the files are already as the job would leave them.</param>
    /// <param name="ct">The center stops; the job goes on.</param>
    /// <returns>The job as it ended.</returns>
    /// <remarks>
    /// Cancelling: until the host is asked, always. A job that changes data in place is never taken back, since data that is half
    /// changed is of no use to anybody; the others until the host says that it is too late.
    /// </remarks>
    public async Task<HostJob> RunAsync(
        WorkContext context, JobSpec start, List<ExpectedKey> keys, Func<VmFiles, bool> isDone, CancellationToken ct)
    {
        // Once asked, an answer that is lost says nothing: the job may be under way, and only its end ends the task. A task that
        // may still be cancelled has not asked for a job in place.
        bool inPlace = IsInPlace(start.Kind);
        bool asked = context.Resumed && !(inPlace && context.Task.Cancellable);
        var (begun, unanswered) = (false, asked);
        if (!asked || !inPlace)
        {
            await tasks.EnterCancellableAsync(context.Task.Id, ct);
        }

        var (pause, slow) = (FirstPause, 0);
        while (true)
        {
            string waiting;
            var (before, looksPlain, delivering) = (asked, false, false);
            DeliveryResult? delivery = null;
            try
            {
                if (!asked)
                {
                    context.Cancelled.ThrowIfCancellationRequested();
                }

                var files = await hosts.Round(context.Vm.HostId, slow).Vms.DescribeAsync(context.Vm.Id, ct);
                slow = 0;
                begun = inPlace && await IsBegunAsync(context, files, ct);
                bool done = asked && files.PendingJob is null && isDone(files);
                looksPlain = done && start.NewKey is null;
                if (done && !looksPlain)
                {
                    return new HostJob
                    {
                        JobId = start.JobId, VmId = start.VmId, Kind = start.Kind, State = HostJobState.Succeeded, Result = files,
                    };
                }

                await RequireRecordedAsync(context, files, ct);
                delivering = true;
                delivery = await DeliverAsync(context.Vm.HostId, start, keys, begun);
                delivering = false;

                // A host that was asked and not heard may have begun all the same: without the keys it refuses what it has not.
                if (delivery.Faults.Count == 0 || looksPlain || (unanswered && !begun))
                {
                    if (!asked && inPlace)
                    {
                        await tasks.EnterUncancellableAsync(context.Task.Id, ct);
                    }

                    (asked, unanswered) = (true, true);
                    var job = await hosts.Once(context.Vm.HostId).Jobs.StartAsync(start, ct);
                    unanswered = false;
                    pause = FirstPause;
                    if (await WatchAsync(context, job, ct) is { } ended)
                    {
                        // What a host tells of another VM is not believed: the files are asked.
                        string about = context.Task.OtherVmId.Length > 0 ? context.Task.OtherVmId : context.Vm.Id;
                        return ended.Result?.VmId == about ? ended : ended with { Result = null };
                    }
                }
                else if (!begun)
                {
                    delivery.ThrowIfMissing(context.Vm.Name);
                }

                waiting = delivery.Faults.Count == 0 ? "waiting for the host" : WaitingFor(delivery);
            }
            catch (FaultException e) when (IsOutOfReach(e, begun || before))
            {
                slow += HostFailures.IsSlow(e) ? 1 : 0;
                waiting = "waiting for the host";
            }
            catch (FaultException e) when (begun && delivering)
            {
                // Whatever is wrong with a delivery says nothing about the job.
                waiting = Waiting(e.Fault.Message);
            }
            catch (FaultException e) when (IsKeyMissing(e))
            {
                unanswered = false;
                if (!begun && !looksPlain)
                {
                    delivery?.ThrowIfMissing(context.Vm.Name);
                    throw;
                }

                waiting = delivery is null ? "waiting for keys" : WaitingFor(delivery);
            }
            catch (Exception e) when ((asked || begun) && HostFailures.IsPassing(e) && !ct.IsCancellationRequested)
            {
                waiting = Waiting(e is FaultException f ? f.Fault.Message
                    : "the center's database or host connection is busy");
            }

            await ProgressAsync(context, waiting, ct);
            await PauseAsync(pause, asked ? CancellationToken.None : context.Cancelled, ct);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>The step of a task that waits, with the reason.</summary>
    public static string Waiting(string why) =>
        $"waiting: {(why.Length <= MaximumReason ? why : string.Concat(why.AsSpan(0, MaximumReason), "…"))}";

    private static string WaitingFor(DeliveryResult delivery) => delivery.Reasons.Count == 0
        ? "waiting for keys"
        : Waiting(string.Join("; ", delivery.Reasons.Take(3).Select(
            r => $"key {r.Provider}/{r.KeyId}: {KeyFaults.Words(r.Reason)}")));

    /// <summary>
    /// The host was not heard, or its grain says that no key gets there. An answer as no host gives ends what was never asked
    /// for: the host did not do it. On what may be under way it is no verdict.
    /// </summary>
    private static bool IsOutOfReach(FaultException e, bool underWay) => HostFailures.IsUnanswered(e)
        || (e.Fault.Type == FaultTypes.HostCommunication && (underWay || !HostFailures.IsOfHost(e)));

    private static bool IsKeyMissing(FaultException e) =>
        HostFailures.IsRefused(e) && e.Fault.Key == "msg.vigor.enc.keyNotFound";

    private async Task<bool> IsBegunAsync(WorkContext context, VmFiles files, CancellationToken ct) =>
        BegunWork.Of(context, files, await lookup.RecordsAsync(context.Vm.Id, ct)) == WorkBegun.Yes;

    /// <summary>
    /// A shallow recrypt goes away from keys that may not be active any more: those are brought to open what they wrapped; the
    /// new ones have to be active. Once the files are in the middle of a job in place, it is brought to its end with the keys
    /// that it was begun with, for the objects that it has not reached too: a key that was deactivated meanwhile must not leave
    /// the VM half done for good. Its alarm says so, and a shallow recrypt goes away from it afterwards.
    /// </summary>
    private async Task<DeliveryResult> DeliverAsync(string hostId, JobSpec start, List<ExpectedKey> keys, bool begun)
    {
        var host = grains.GetGrain<IHostGrain>(hostId);
        if (begun)
        {
            return await host.DeliverInTimeAsync(keys, KeyDeliverer.RecryptFrom);
        }

        bool IsNew(ExpectedKey key) =>
            key.Names(start.NewKey?.ToName()) || start.Keys.Values.Any(k => key.Names(k.ToName()));
        if (start.Kind != HostJobKind.RecryptShallow || keys.TrueForAll(IsNew))
        {
            return await host.DeliverInTimeAsync(keys, start.Kind.Word());
        }

        var delivery = await host.DeliverInTimeAsync(keys.FindAll(k => !IsNew(k)), KeyDeliverer.RecryptFrom);
        var more = await host.DeliverInTimeAsync(keys.FindAll(IsNew), start.Kind.Word());
        delivery.Held.AddRange(more.Held);
        delivery.Faults.AddRange(more.Faults);
        return delivery;
    }

    /// <summary>
    /// Takes back what an earlier run asked the host for, and returns when the host works on it no more: it was taken back, has
    /// ended, or was never begun. Only the files say which. Waits for a host that does not answer: what it was asked for may be
    /// under way there.
    /// </summary>
    public async Task TakeBackAsync(WorkContext context, CancellationToken ct)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await TakeBackOnceAsync(context, ct);
                return;
            }
            catch (FaultException e) when (HostFailures.IsOfHost(e) && !ct.IsCancellationRequested)
            {
                await ProgressAsync(context, "waiting for the host", ct);
            }

            await Task.Delay(pause, time, ct);
        }
    }

    /// <summary>
    /// That a host knows no such job when it is watched proves nothing: the call that is to begin it may be on its way. What it
    /// was told to take back it does not begin.
    /// </summary>
    private async Task TakeBackOnceAsync(WorkContext context, CancellationToken ct)
    {
        var jobs = hosts.Once(context.Vm.HostId).Jobs;
        try
        {
            if (await jobs.CancelAsync(context.Task.Id, ct) is null)
            {
                return;
            }
        }
        catch (FaultException e) when (HostFailures.IsRefused(e))
        {
            // It goes on to its end.
        }

        await foreach (var job in jobs.WatchAsync(context.Task.Id, ct))
        {
            if (job.State != HostJobState.Running)
            {
                return;
            }
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken cancelled, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancelled, ct);
        await Task.Delay(pause, time, either.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        ct.ThrowIfCancellationRequested();
    }

    /// <summary>Asks the host to take a job back. What it refuses, or what is lost, ends as it would have.</summary>
    private async Task CancelAsync(WorkContext context, string jobId, CancellationToken ct)
    {
        try
        {
            await hosts.Once(context.Vm.HostId).Jobs.CancelAsync(jobId, ct);
        }
        catch (FaultException e) when (HostFailures.IsOfHost(e))
        {
            // Asked again when the job is watched again.
        }
    }

    /// <summary>Follows a job; null when the stream ended before the job.</summary>
    private async Task<HostJob?> WatchAsync(WorkContext context, HostJob job, CancellationToken ct)
    {
        if (job.State != HostJobState.Running)
        {
            return job;
        }

        long told = time.GetTimestamp() - time.TimestampFrequency;
        // The host answers a job that it cannot take back any more with its end.
        await using var cancelling = context.Cancelled.UnsafeRegister(
            static (state, _) => ((Action)state!)(), (Action)(() => _ = CancelAsync(context, job.JobId, ct)));
        await foreach (var now in hosts.Once(context.Vm.HostId).Jobs.WatchAsync(job.JobId, ct))
        {
            if (now.State != HostJobState.Running)
            {
                return now;
            }

            if (time.GetElapsedTime(told) >= ProgressInterval)
            {
                told = time.GetTimestamp();
                context.Task.BytesDone = now.BytesDone;
                context.Task.BytesTotal = now.BytesTotal;
                await ProgressAsync(context, now.Step, ct);
            }
        }

        return null;
    }

    /// <summary>A suspect VM gets no key, not even for a job that was under way when its files changed.</summary>
    private async Task RequireRecordedAsync(WorkContext context, VmFiles files, CancellationToken ct)
    {
        var records = await lookup.RecordsAsync(context.Vm.Id, ct);
        if (RecordCheck.Find(files, records, underWay: true) is { } suspect)
        {
            await events.AddAsync(
                EventIds.Suspect, context.Task.UserName, context.Vm.Name, $"{suspect.Key}: {suspect.Message}", ct);
            throw new FaultException(suspect);
        }
    }

    /// <summary>Progress that cannot be noted is no reason to leave a job alone.</summary>
    private async Task ProgressAsync(WorkContext context, string step, CancellationToken ct)
    {
        try
        {
            await tasks.ProgressAsync(context.Task.Id, step, context.Task.BytesDone, context.Task.BytesTotal, ct);
        }
        catch (Exception e) when (HostFailures.IsPassing(e) && !ct.IsCancellationRequested)
        {
            // Told again with the next step.
        }
    }

    /// <summary>Whether a job changes data where they are; the others leave nothing when they are taken back.</summary>
    private static bool IsInPlace(HostJobKind kind) => kind switch
    {
        HostJobKind.Encrypt or HostJobKind.Decrypt or HostJobKind.RecryptShallow or HostJobKind.RecryptDeep => true,
        HostJobKind.Clone or HostJobKind.Relocate => false,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Nothing says whether it can be taken back."),
    };
}
