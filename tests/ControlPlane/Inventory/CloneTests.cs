using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Inventory;

/// <summary>Full clones.</summary>
public sealed class CloneTests
{
    [Fact]
    public async Task A_clone_of_an_encrypted_VM_is_recorded_under_the_same_key_with_its_policy()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);

        var task = await center.DoAsync("vms/a/clone", """{"name":"b"}""");

        Assert.Equal(("succeeded", "vm.clone", "a"), (task.State, task.Kind, task.Target));
        var (source, clone) = (await center.VmAsync("a"), await center.VmAsync("b"));
        Assert.Equal((source.Key, source.Disks[0].Key, "compliant"), (clone.Key, clone.Disks[0].Key, clone.Compliance));
        Assert.NotEqual(source.Id, clone.Id);
        Assert.Null(clone.Suspect);
        Assert.Equal(4, (await center.RecordsAsync()).Count(r => r.InUse));
        Assert.Single(center.Broker.Keys);
        var job = center.Host.Started.Last();
        Assert.Empty(job.NewVm.Disks.Select(d => d.ObjectId).Intersect(center.Host.Vms[source.Id].Disks.Select(d => d.ObjectId)));
    }

    [Fact]
    public async Task A_VM_is_cloned_again_whether_its_clones_stay_or_leave_and_a_clone_is_cloned()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/clone", """{"name":"b"}""")).State);
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/clone", """{"name":"c"}""")).State);
        Assert.Equal("succeeded", (await center.DoAsync("vms/b/clone", """{"name":"d"}""")).State);
        Assert.Equal("succeeded", (await center.DoAsync("vms/b/unregister", "")).State);
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/clone", """{"name":"e"}""")).State);
        Assert.Equal((await center.VmAsync("a")).Key, (await center.VmAsync("e")).Key);
    }

    [Fact]
    public async Task A_clone_gets_a_new_key_when_a_provider_is_named()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.DoAsync("vms/a/clone", """{"name":"b","keys":[{"provider":"kms1"}]}""");
        Assert.NotEqual((await center.VmAsync("a")).Key, (await center.VmAsync("b")).Key);
        Assert.Equal(2, center.Broker.Keys.Count);
    }

    [Fact]
    public async Task A_plain_VM_is_cloned_plain_and_encrypted_when_the_policy_says_so()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.DoAsync("vms/a/clone", """{"name":"b"}""");
        Assert.False((await center.VmAsync("b")).Encrypted);
        await center.DoAsync("vms/a/clone", $$"""{"name":"c","policy":"{{TestCenter.EncryptionPolicy}}"}""");
        var c = await center.VmAsync("c");
        Assert.Equal((true, "compliant"), (c.Encrypted, c.Compliance));
        Assert.All(c.Disks, d => Assert.True(d.Encrypted));
    }

    [Fact]
    public async Task InvalidDeviceSpec_badPolicy_a_clone_of_an_encrypted_VM_with_a_policy_without_encryption()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var refused = await center.RefusedAsync("vms/a/clone", $$"""{"name":"b","policy":"{{TestCenter.DefaultPolicy}}"}""");
        Assert.Equal("msg.hostd.deviceSpec.enc.badPolicy", refused.Code);
    }

    [Fact]
    public async Task A_clone_needs_a_source_that_is_off_and_a_free_name_and_a_datastore_with_room()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        Assert.Equal("lorica.vmExists", (await center.RefusedAsync("vms/a/clone", """{"name":"a"}""")).Code);
        Assert.Equal(
            "lorica.datastoreNotFound", (await center.RefusedAsync("vms/a/clone", """{"name":"b","datastore":"no"}""")).Code);
        center.Host.SecondDatastoreFree = 1;
        var full = await center.RefusedAsync("vms/a/clone", """{"name":"b","datastore":"ds2"}""");
        Assert.Equal(FaultTypes.NoDiskSpace, full.Title);
        Assert.Contains("0 MiB free", full.Detail, StringComparison.Ordinal);
        await center.PowerAsync("a", "on");
        Assert.Equal(FaultTypes.InvalidPowerState, (await center.RefusedAsync("vms/a/clone", """{"name":"b"}""")).Title);
        Assert.Empty(center.Host.Started);
        Assert.Single(await center.Store.ReadAsync(db => Task.FromResult(db.Raw.Vms.ToList())));
    }

    [Fact]
    public async Task While_a_clone_is_made_neither_VM_takes_another_operation_and_a_restart_goes_on()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/clone", """{"name":"b"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");
        Assert.Equal("lorica.taskUnderWay", (await center.RefusedAsync("vms/a/power", """{"action":"on"}""")).Code);
        Assert.Equal("lorica.taskUnderWay", (await center.RefusedAsync("vms/b/recrypt", """{"mode":"shallow"}""")).Code);

        await center.RestartAsync();
        center.Host.HoldJobs.SetResult();

        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        Assert.Equal("compliant", (await center.VmAsync("b")).Compliance);
    }

    [Fact]
    public async Task A_clone_that_fails_leaves_no_VM_and_no_key_in_use()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.JobFault = new Fault(FaultTypes.NoDiskSpace, "lorica.noDiskSpace", "ds1", "ds1 became full.");
        var task = await center.DoAsync("vms/a/clone", """{"name":"b","keys":[{"provider":"kms1"}]}""");
        Assert.Equal(("failed", "lorica.noDiskSpace"), (task.State, task.Fault!.Key));
        Assert.Single(await center.Store.ReadAsync(db => Task.FromResult(db.Raw.Vms.ToList())));
        Assert.Equal(2, (await center.RecordsAsync()).Count(r => r.State == KeyRecordStates.Retired));
        center.Host.JobFault = null;
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/clone", """{"name":"b"}""")).State);
    }

    [Fact]
    public async Task A_clone_is_cancelled_and_leaves_nothing()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/clone", """{"name":"b"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");

        await center.Service<TaskStore>().RequestCancelAsync(task.Id, "administrator", default);

        Assert.Equal(("cancelled", FaultTypes.RequestCanceled),
            (await center.EndAsync(task.Id)) is var t ? (t.State, t.Fault!.Type) : default);
        Assert.Single(await center.Store.ReadAsync(db => Task.FromResult(db.Raw.Vms.ToList())));
        Assert.DoesNotContain(center.Host.Vms.Values, v => v.Name == "b");
    }

    [Fact]
    public async Task A_job_that_changes_data_in_place_cannot_be_cancelled_once_the_host_was_asked()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");
        var e = await Assert.ThrowsAsync<FaultException>(
            () => center.Service<TaskStore>().RequestCancelAsync(task.Id, "administrator", default));
        Assert.Equal("lorica.notCancellable", e.Fault.Key);
        center.Host.HoldJobs.SetResult();
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
    }
}
