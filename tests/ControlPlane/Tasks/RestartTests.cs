using System.Net;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tests.Tasks;

public sealed class RestartTests
{
    [Fact]
    public async Task A_job_under_way_is_taken_up_again_by_the_next_start_under_the_same_id_and_epoch()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");

        await center.RestartAsync();
        Assert.Equal("running", (await center.GetAsync("tasks/" + task.Id, RestJson.Default.TaskModel)).State);
        center.Host.HoldJobs.SetResult();

        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        Assert.Single(center.Broker.Keys);
        Assert.All(center.Host.Started, s => Assert.Equal((task.Id, 2L), (s.JobId, s.Epoch)));
        Assert.Equal("compliant", (await center.VmAsync("a")).Compliance);
        Assert.Null((await center.VmAsync("a")).Suspect);
    }

    [Fact]
    public async Task A_job_that_ended_while_the_center_was_away_is_settled_without_a_second_one()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");
        var job = center.Host.Started.Single();

        await center.RestartAsync(() =>
        {
            center.Host.Finish(job);
            center.Host.Restart();
            return Task.CompletedTask;
        });

        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        Assert.Single(center.Host.Started);
        Assert.All(await center.RecordsAsync(), r => Assert.True(r.InUse));
    }

    [Fact]
    public async Task A_host_that_restarts_in_the_middle_of_a_job_gets_its_keys_and_the_job_again()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        var hold = center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");

        center.Host.Restart();
        center.Host.HoldJobs = null;
        hold.SetResult();

        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        Assert.Equal(2, center.Host.Started.Count);
        Assert.Single(center.Host.Started.Select(s => s.JobId).Distinct());
    }

    [Fact]
    public async Task A_second_operation_on_a_VM_is_refused_and_names_the_first()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""");

        var refused = await center.RefusedAsync("vms/a/power", """{"action":"on"}""", HttpStatusCode.Conflict);

        Assert.Equal(FaultTypes.ResourceInUse, refused.Title);
        Assert.Contains(task.Id, refused.Detail, StringComparison.Ordinal);
        Assert.Equal(task.Id, (await center.VmAsync("a")).Task);
        center.Host.HoldJobs.SetResult();
        await center.EndAsync(task.Id);
    }

    [Fact]
    public async Task An_import_that_a_stop_interrupted_fails_with_its_reason_and_frees_the_name()
    {
        await using var center = await TestCenter.StartAsync();
        var vm = new VmRow
        {
            Id = Guid.NewGuid().ToString(), Name = "cut", HostId = TestCenter.HostId, Datastore = "ds1",
            State = VmStates.Creating,
        };
        var row = new TaskRow
        {
            Id = Guid.NewGuid().ToString(), Kind = TaskKinds.Import, VmId = vm.Id, Target = vm.Name, State = TaskStates.Running,
            UserName = "administrator",
            Arguments = TaskArguments.Format(new VmTaskArguments
            {
                Request = RequestJson.Write(new NewVm { Name = vm.Name, Disks = [new NewDisk(1 << 20)] }),
            }),
        };
        await center.Store.WriteAsync(db =>
        {
            db.Raw.Vms.Add(vm);
            db.Raw.Tasks.Add(row);
            return Task.CompletedTask;
        });

        await center.RestartAsync();

        var task = await center.EndAsync(row.Id);
        Assert.Equal(("failed", "lorica.importInterrupted"), (task.State, task.Fault!.Key));
        Assert.Equal(HttpStatusCode.NotFound, (await center.Http.GetAsync("/api/v1/vms/cut")).StatusCode);
        Assert.Equal("succeeded", (await center.CreateAsync("cut")).State);
    }

    [Fact]
    public async Task A_session_and_the_inventory_survive_a_restart()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        var token = center.Http.DefaultRequestHeaders.Authorization;

        await center.RestartAsync();

        using var old = center.Anonymous();
        old.DefaultRequestHeaders.Authorization = token;
        Assert.Equal(HttpStatusCode.OK, (await old.GetAsync("/api/v1/vms")).StatusCode);
        Assert.Equal("kms1",
            Assert.Single((await center.GetAsync("providers", RestJson.Default.ListModelProviderModel)).Items).Name);
    }

    [Fact]
    public async Task What_a_host_did_is_not_lost_when_the_database_fails_for_a_moment()
    {
        await using var center = await TestCenter.StartAsync();
        Assert.Equal("succeeded", (await center.DoAsync("vms", $$"""
            {"name":"a","policy":"{{TestCenter.EncryptionPolicy}}","disks":[{"capacity":1048576},{"capacity":1048576}]}
            """)).State);
        await center.BreakDatabaseAsync("UPDATE ON tasks WHEN NEW.state = 'succeeded'");

        var task = await center.BeginAsync("vms/a/disks/virtio0:1/detach", "");
        Assert.Equal("running", await center.StateAfterFailuresAsync(task.Id));
        Assert.Single(center.Host.Detached);

        await center.MendDatabaseAsync();
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        var vm = await center.VmAsync("a");
        Assert.Null(vm.Suspect);
        Assert.Single(vm.Disks);
    }
}
