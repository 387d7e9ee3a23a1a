using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.Model;

namespace Lorica.HostContract;

/// <summary>
/// What a center may count on, whichever host it talks to. The same tests run over the real host and over the one that the
/// center's own tests use in its place; where the two differ, the real one is right.
/// </summary>
/// <typeparam name="THost">The host.</typeparam>
public abstract class ContractTests<THost> : IAsyncLifetime
    where THost : ContractHost, new()
{
    protected const long Mib = 1024 * 1024;

    protected THost Subject { get; } = new();

    protected RemoteHost Host => Subject.Host;

    public async ValueTask InitializeAsync() => await Subject.StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Subject.DisposeAsync();
    }

    /// <summary>A VM with one disk, all under one key or plain.</summary>
    protected static NewVmSpec Spec(string name = "web01", ExpectedKey? key = null) => new()
    {
        VmId = Guid.NewGuid().ToString(), Epoch = 1, Name = name, Datastore = "ds1", Cpus = 2, MemoryMib = 64,
        Firmware = VmFirmware.Bios,
        HomeKey = key,
        Disks =
        [
            new NewDiskSpec
            {
                Label = "virtio0:0", Capacity = Mib, Provisioning = DiskFormat.Thin, ObjectId = Guid.NewGuid().ToString(),
                Key = key,
            },
        ],
    };

    /// <summary>The records that a center has of files.</summary>
    protected static IReadOnlyList<RecordedKey> RecordsOf(VmFiles files)
    {
        List<RecordedKey> records =
        [
            .. files.Disks.Where(d => d.Encrypted).Select(
                d => new RecordedKey(d.ObjectId, false, new ExpectedKey(d.Key!.Provider, d.Key.KeyId, d.Kcv), d.Generation)),
        ];
        if (files.Encrypted)
        {
            records.Add(new RecordedKey(
                files.VmId, true, new ExpectedKey(files.Key!.Provider, files.Key.KeyId, files.Kcv), files.Generation));
        }

        return records;
    }

    /// <summary>A change under <paramref name="epoch"/> by a center that knows the files.</summary>
    protected static VmEdit Edit(VmFiles files, long epoch) => new(files.VmId, epoch, RecordsOf(files));

    /// <summary>The call is refused by the host, with this type and key.</summary>
    protected static async Task<Fault> RefusedAsync(string type, string key, Func<Task> call)
    {
        var e = await Assert.ThrowsAsync<FaultException>(call);
        Assert.Equal((type, key), (e.Fault.Type, e.Fault.Key));
        Assert.False(HostFailures.IsUnanswered(e));
        return e.Fault;
    }

    /// <summary>The job as it ended.</summary>
    protected async Task<HostJob> RunAsync(JobSpec job)
    {
        await Host.Jobs.StartAsync(job, default);
        return await EndOfAsync(job.JobId);
    }

    /// <summary>The same of a job that was started.</summary>
    protected async Task<HostJob> EndOfAsync(string jobId)
    {
        HostJob? last = null;
        await foreach (var job in Host.Jobs.WatchAsync(jobId, default))
        {
            last = job;
        }

        Assert.NotNull(last);
        return last;
    }

    /// <summary>The files as a job that ended well left them.</summary>
    protected async Task<VmFiles> SucceedAsync(JobSpec job)
    {
        var ended = await RunAsync(job);
        Assert.Equal((HostJobState.Succeeded, null), (ended.State, ended.Fault?.Message));
        Assert.NotNull(ended.Result);
        Assert.Equal((null, null), (ended.Result.Suspect, ended.Result.PendingJob));
        return ended.Result;
    }
}
