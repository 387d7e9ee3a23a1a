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
            JobId = Guid.NewGuid().ToString(), VmId = vm.Id, Epoch = vm.NextEpoch,
            Kind = Enum.Parse<HostJobKind>(kind, ignoreCase: true), NewKey = key?.Ref,
            NewKcv = key?.Kcv ?? "",
            Home = true, AllDisks = true,
        };
        request.Records.AddRange(records);
        return request;
    }

    /// <summary>An order for a clone with its own ids, all under one key; null for a plain one.</summary>
    public static StartJobRequest Clone(TestVm source, VmDescription files, string name, TestKek? key, string datastore = "ds1")
    {
        var order = Order(source, "clone", null, TestVm.RecordsOf(files));
        order.NewVm = new CreateVmRequest
        {
            VmId = Guid.NewGuid().ToString(), Epoch = 1, Name = name, Datastore = datastore, Cpus = files.Cpus,
            MemoryMib = files.MemoryMib, HomeKey = key?.Ref, HomeKcv = key?.Kcv ?? "",
        };
        order.NewVm.Disks.AddRange(files.Disks.Select(d => new DiskSpec
        {
            Label = d.Label, Capacity = d.Capacity, Provisioning = d.Provisioning,
            ObjectId = Guid.NewGuid().ToString(), Key = key?.Ref, Kcv = key?.Kcv ?? "",
        }));
        return order;
    }

    /// <summary>An order to move.</summary>
    public static StartJobRequest Relocate(TestVm vm, VmDescription files, string datastore, string provisioning = "")
    {
        var order = Order(vm, "relocate", null, TestVm.RecordsOf(files));
        order.Relocate = new RelocateOrder { Datastore = datastore, Provisioning = FormatOf(provisioning) };
        return order;
    }

    /// <summary>A format by its word; none by the empty one.</summary>
    public static DiskFormat FormatOf(string word) =>
        word.Length == 0 ? DiskFormat.Unspecified : Enum.Parse<DiskFormat>(word, ignoreCase: true);

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
        Assert.Equal((HostJobState.Succeeded, ""), (job.State, job.Fault?.Message ?? ""));
        Assert.Null(job.Result.Suspect);
        Assert.Equal(UnfinishedWork.Unspecified, job.Result.PendingJob);
        Assert.All(job.Result.Disks, d => Assert.Null(d.Suspect));
        return job.Result;
    }
}
