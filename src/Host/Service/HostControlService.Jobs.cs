using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.Host.Refusals;

namespace Lorica.Host.Service;

/// <summary>Jobs.</summary>
internal sealed partial class HostControlService
{
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromMilliseconds(200);

    public override Task<JobDescription> StartJob(StartJobRequest request, ServerCallContext context) =>
        node.Jobs.StartAsync(request, context.CancellationToken);

    public override async Task WatchJob(
        JobRequest request, IServerStreamWriter<JobDescription> responseStream, ServerCallContext context)
    {
        var job = node.Jobs.Find(request.JobId) ?? throw Refuse.JobNotFound(request.JobId);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, node.Stopping);
        while (true)
        {
            var (description, changed) = job.Snapshot();
            await responseStream.WriteAsync(description, ending.Token);
            if (description.State != HostJobState.Running)
                return;
            await changed.WaitAsync(ending.Token);

            // Not each window of a disk is worth a message, but the end is said at once.
            await Task.WhenAny(Task.Delay(WatchPeriod, node.Time, ending.Token), node.Jobs.WhenEndedAsync(job));
        }
    }

    public override Task<JobDescription> CancelJob(JobRequest request, ServerCallContext context) =>
        Task.FromResult(node.Jobs.Cancel(request.JobId));

    public override Task<ListJobsReply> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        var reply = new ListJobsReply();
        reply.Jobs.AddRange(node.Jobs.List());
        return Task.FromResult(reply);
    }
}
