using Grpc.Core;
using Lorica.Contracts;
using Lorica.Contracts.Host;

namespace Lorica.Host.Tests.Support;

internal static class TestJob
{
    public static StartJobRequest Order(TestVm vm, string kind, TestKek? key, params ObjectRecord[] records)
    {
        var request = new StartJobRequest
        {
            JobId = Guid.NewGuid().ToString(), VmId = vm.Id, Epoch = vm.NextEpoch, Kind = kind, NewKey = key?.Ref,
            NewKcv = key?.Kcv ?? "",
            Home = true, AllDisks = true,
        };
        request.Records.AddRange(records);
        return request;
    }

    /// <summary>Starts a job and follows it to its end.</summary>
    public static async Task<JobDescription> RunAsync(this HostControl.HostControlClient client, StartJobRequest request)
    {
        await client.StartJobAsync(request);
        using var watch = client.WatchJob(new JobRequest { JobId = request.JobId });
        JobDescription? last = null;
        await foreach (var d in watch.ResponseStream.ReadAllAsync())
            last = d;
        return last!;
    }

    /// <summary>The same, and it must succeed.</summary>
    public static async Task<VmDescription> SucceedAsync(this HostControl.HostControlClient client, StartJobRequest request)
    {
        var job = await client.RunAsync(request);
        Assert.Equal(("succeeded", ""), (job.State, job.Fault?.Message ?? ""));
        Assert.Null(job.Result.Suspect);
        Assert.Equal("", job.Result.PendingJob);
        Assert.All(job.Result.Disks, d => Assert.Null(d.Suspect));
        return job.Result;
    }
}
