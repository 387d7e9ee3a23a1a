using Lorica.Contracts.Faults;
using Lorica.Model;

namespace Lorica.HostContract;

/// <summary>Jobs: started, watched, asked for again, taken back; and what each leaves.</summary>
/// <typeparam name="THost">The host.</typeparam>
public abstract class JobContract<THost> : ContractTests<THost>
    where THost : ContractHost, new()
{
    [Fact]
    public async Task A_VM_is_encrypted_recrypted_and_decrypted()
    {
        var (first, second) = (await Subject.HeldAsync("k1"), await Subject.HeldAsync("k2"));
        var files = await Host.Vms.CreateAsync(Spec(), default);

        files = await SucceedAsync(Job(files, 2, HostJobKind.Encrypt) with { NewKey = first });
        AssertUnder(first, files);

        long before = files.Generation;
        files = await SucceedAsync(Job(files, 3, HostJobKind.RecryptShallow) with { NewKey = second });
        AssertUnder(second, files);
        Assert.True(files.Generation > before);

        files = await SucceedAsync(Job(files, 4, HostJobKind.RecryptDeep) with { NewKey = first });
        AssertUnder(first, files);

        files = await SucceedAsync(Job(files, 5, HostJobKind.Decrypt) with { Force = true });
        Assert.False(files.Encrypted);
        Assert.Null(files.Key);
        Assert.All(files.Disks, d => Assert.Equal((false, null, null), (d.Encrypted, d.Key, d.Transition)));
    }

    [Fact]
    public async Task The_same_id_is_the_same_job()
    {
        var key = await Subject.HeldAsync("k1");
        var made = await Host.Vms.CreateAsync(Spec(), default);
        var job = Job(made, 2, HostJobKind.Encrypt) with { NewKey = key };
        var started = await Host.Jobs.StartAsync(job, default);
        Assert.Equal((job.JobId, made.VmId, HostJobKind.Encrypt), (started.JobId, started.VmId, started.Kind));
        var ended = await EndOfAsync(job.JobId);

        // Asked for again, also under an epoch of before: it has ended, and nothing is done anew.
        await Host.Vms.RenameAsync(Edit(ended.Result!, 3), "web02", default);
        var again = await Host.Jobs.StartAsync(job, default);
        Assert.Equal((HostJobState.Succeeded, ended.BytesDone), (again.State, again.BytesDone));
        Assert.Equal(job.JobId, Assert.Single(await Host.Jobs.ListAsync(default)).JobId);
        Assert.Equal(ended.State, (await EndOfAsync(job.JobId)).State);
    }

    [Fact]
    public async Task A_job_that_ended_is_not_taken_back()
    {
        var made = await Host.Vms.CreateAsync(Spec(), default);
        var job = Job(made, 2, HostJobKind.Encrypt) with { NewKey = await Subject.HeldAsync("k1") };
        await RunAsync(job);
        Assert.Equal(HostJobState.Succeeded, (await Host.Jobs.CancelAsync(job.JobId, default))?.State);
        Assert.True((await Host.Vms.DescribeAsync(made.VmId, default)).Encrypted);
    }

    [Fact]
    public async Task A_job_that_the_host_does_not_know_ends_without_a_word()
    {
        await foreach (var job in Host.Jobs.WatchAsync("none", default))
        {
            Assert.Fail($"There is no job, but {job}.");
        }

        Assert.Null(await Host.Jobs.CancelAsync("none", default));
        Assert.Empty(await Host.Jobs.ListAsync(default));
    }

    [Fact]
    public async Task A_job_without_its_keys_is_refused_and_changes_nothing()
    {
        var key = Subject.Make("k1");
        var made = await Host.Vms.CreateAsync(Spec(), default);
        var job = Job(made, 2, HostJobKind.Encrypt) with { NewKey = key };
        await RefusedAsync(
            FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", () => Host.Jobs.StartAsync(job, default));
        Assert.False((await Host.Vms.DescribeAsync(made.VmId, default)).Encrypted);

        // What was refused was not taken: the same id may be asked for again.
        await Subject.DeliverAsync(key);
        AssertUnder(key, await SucceedAsync(job));
    }

    [Fact]
    public async Task A_clone_is_another_VM_under_its_own_key()
    {
        var (own, other) = (await Subject.HeldAsync("k1"), await Subject.HeldAsync("k2"));
        var made = await Host.Vms.CreateAsync(Spec(key: own), default);
        var copy = Spec("copy", other);
        var clone = await SucceedAsync(Job(made, 2, HostJobKind.Clone) with { NewVm = copy, Home = false, AllDisks = false });
        Assert.Equal((copy.VmId, "copy"), (clone.VmId, clone.Name));
        AssertUnder(other, clone);
        Assert.Equal(copy.Disks[0].ObjectId, Assert.Single(clone.Disks).ObjectId);
        AssertUnder(own, await Host.Vms.DescribeAsync(made.VmId, default));
        Assert.Equal(2, (await Host.Vms.ListAsync(default)).Count);
    }

    [Fact]
    public async Task A_relocated_VM_lies_on_the_other_datastore()
    {
        var key = await Subject.HeldAsync("k1");
        var made = await Host.Vms.CreateAsync(Spec(key: key), default);
        var moved = await SucceedAsync(Job(made, 2, HostJobKind.Relocate) with
        {
            Relocate = ("ds2", DiskFormat.EagerZeroed),
            Home = false,
            AllDisks = false,
        });
        Assert.StartsWith("[ds2] web01/", moved.Path, StringComparison.Ordinal);
        var disk = Assert.Single(moved.Disks);
        Assert.StartsWith("[ds2] web01/", disk.Path, StringComparison.Ordinal);
        Assert.Equal(DiskFormat.EagerZeroed, disk.Provisioning);
        AssertUnder(key, moved);
    }

    private static JobSpec Job(VmFiles files, long epoch, HostJobKind kind) => new()
    {
        JobId = Guid.NewGuid().ToString(), VmId = files.VmId, Epoch = epoch, Kind = kind, Records = RecordsOf(files), Home = true,
        AllDisks = true,
    };

    private static void AssertUnder(ExpectedKey key, VmFiles files)
    {
        Assert.Equal((true, key.ToName(), key.Kcv), (files.Encrypted, files.Key, files.Kcv));
        Assert.All(files.Disks, d => Assert.Equal(
            (true, key.ToName(), key.Kcv, null), (d.Encrypted, d.Key, d.Kcv, d.Transition)));
    }
}
