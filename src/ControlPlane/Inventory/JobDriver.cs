using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Inventory;

/// <summary>
/// Drives one job on a host to its end, through restarts of the host and of the center.
/// <code>
/// ┌► describe ─ done already ────────────────────────────────► succeeded
/// │     └► deliver the keys ─ not within reach: first try → fault, later → wait ─┐
/// │           └► StartJob (idempotent by id; resumes what the files say) ─ refused → fault
/// │                 └► WatchJob ─ ended ──────────────────────► succeeded / failed
/// └── host gone: wait ◄──┘ stream broken
/// </code>
/// </summary>
internal sealed class JobDriver(HostLinks links, VmSnapshots snapshots, TaskBoard tasks, IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Runs the job.</summary>
    /// <param name="context">The work.</param>
    /// <param name="start">What the host is asked.</param>
    /// <param name="keys">Keys that the job needs on the host.</param>
    /// <param name="isDone">Whether the files are already as the job would leave them.</param>
    /// <param name="ct">The center stops; the job goes on.</param>
    /// <returns>The job as it ended.</returns>
    public async Task<JobDescription> RunAsync(
        WorkContext context, StartJobRequest start, List<KeyOrder> keys, Func<VmDescription, bool> isDone, CancellationToken ct)
    {
        var begun = context.Resumed;
        var pause = FirstPause;
        while (true)
        {
            string waiting;
            try
            {
                var files = await snapshots.DescribeAsync(context.Vm.HostId, context.Vm.Id, ct);
                if (begun && files.PendingJob.Length == 0 && isDone(files))
                {
                    return new JobDescription { JobId = start.JobId, VmId = start.VmId, State = "succeeded", Result = files };
                }

                var delivery = await grains.GetGrain<IHostGrain>(context.Vm.HostId).DeliverAsync(keys, start.Kind);
                if (delivery.Faults.Count == 0)
                {
                    var job = await links.Client(context.Vm.HostId).StartJobAsync(start, Options(ct));
                    begun = true;
                    pause = FirstPause;
                    if (await WatchAsync(context, job, ct) is { } ended)
                    {
                        return ended;
                    }
                }
                else if (!begun || files.PendingJob.Length == 0)
                {
                    delivery.ThrowIfMissing(context.Vm.Name);
                }

                waiting = "waiting for keys";
            }
            catch (RpcException e) when (HostCalls.IsTransport(e) && !ct.IsCancellationRequested)
            {
                waiting = "waiting for the host";
            }
            catch (FaultException e) when (HostCalls.IsTransport(e))
            {
                waiting = "waiting for the host";
            }

            await tasks.ProgressAsync(context.Task.Id, waiting, context.Task.BytesDone, context.Task.BytesTotal, ct);
            await Task.Delay(pause, time, ct);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Follows a job; null when the stream ended before the job.</summary>
    private async Task<JobDescription?> WatchAsync(WorkContext context, JobDescription job, CancellationToken ct)
    {
        if (job.State != "running")
        {
            return job;
        }

        var told = time.GetTimestamp() - time.TimestampFrequency;
        using var stream = links.Client(context.Vm.HostId).WatchJob(new JobRequest { JobId = job.JobId }, cancellationToken: ct);
        while (await NextAsync(stream.ResponseStream, ct))
        {
            job = stream.ResponseStream.Current;
            if (job.State != "running")
            {
                return job;
            }

            if (time.GetElapsedTime(told) >= ProgressInterval)
            {
                told = time.GetTimestamp();
                context.Task.BytesDone = job.BytesDone;
                context.Task.BytesTotal = job.BytesTotal;
                await tasks.ProgressAsync(context.Task.Id, job.Step, job.BytesDone, job.BytesTotal, ct);
            }
        }

        return null;
    }

    /// <summary>The next state of the job; false when the host restarted between and knows the job no more.</summary>
    private static async Task<bool> NextAsync(IAsyncStreamReader<JobDescription> stream, CancellationToken ct)
    {
        try
        {
            return await stream.MoveNext(ct);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return false;
        }
    }

    private CallOptions Options(CancellationToken ct) =>
        new(deadline: time.GetUtcNow().UtcDateTime + CallTimeout, cancellationToken: ct);
}
