using System.Runtime.CompilerServices;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>Jobs of a host: what is longer than an answer can be awaited.</summary>
public sealed class HostJobs
{
    private readonly HostCaller _host;

    internal HostJobs(HostCaller host) => _host = host;

    /// <summary>Begins a job. Idempotent by its id; resumes what the files say is under way.</summary>
    public async Task<HostJob> StartAsync(JobSpec job, CancellationToken ct) => (await _host.AskAsync(
        HostDeadlines.Job, (c, o) => c.StartJobAsync(job.ToMessage(), o), ct)).ToModel();

    /// <summary>
    /// Follows a job to its end. Ends before, without a word, when the host knows the job no more: it was started again, and
    /// only the files say how far it came.
    /// </summary>
    public async IAsyncEnumerable<HostJob> WatchAsync(string jobId, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var jobs = _host.FollowAsync((c, o) => c.WatchJob(new JobRequest { JobId = jobId }, o), ct)
            .GetAsyncEnumerator(ct);
        while (await NextAsync(jobs))
        {
            yield return jobs.Current.JobId == jobId ? jobs.Current.ToModel()
                : throw new FaultException(HostReplies.Other(jobId));
        }
    }

    /// <summary>Jobs that the host knows.</summary>
    public async Task<IReadOnlyList<HostJob>> ListAsync(CancellationToken ct) =>
    [
        .. (await _host.AskAsync(HostDeadlines.Look, (c, o) => c.ListJobsAsync(new ListJobsRequest(), o), ct)).Jobs
            .Select(j => j.ToModel()),
    ];

    /// <summary>Asks the host to take a job back; refused for what changes data in place, and for what is about to end.</summary>
    /// <returns>Null when the host knows no such job; it does not begin it by a call that is there already.</returns>
    public async Task<HostJob?> CancelAsync(string jobId, CancellationToken ct) => (await _host.FindAsync(
        HostDeadlines.Job, (c, o) => c.CancelJobAsync(new JobRequest { JobId = jobId }, o), ct))?.ToModel();

    private static async Task<bool> NextAsync(IAsyncEnumerator<JobDescription> jobs)
    {
        try
        {
            return await jobs.MoveNextAsync();
        }
        catch (FaultException e) when (e is { Fault.Type: FaultTypes.NotFound, InnerException: RpcException })
        {
            return false;
        }
    }
}
