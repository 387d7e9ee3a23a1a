using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.PolicyBatches;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Model;
using Lorica.Store;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Tests.Policies;

public sealed class ApplyTests
{
    [Fact]
    public async Task One_policy_to_many_VMs_reports_on_each_and_one_refusal_does_not_stop_the_others()
    {
        await using var center = await TestCenter.StartAsync();
        foreach (string name in new[] { "a", "b", "c" })
        {
            await center.CreateAsync(name);
        }

        await center.CreateAsync("done", TestCenter.EncryptionPolicy);
        await center.PowerAsync("b", "on");

        var task = await center.DoAsync($"policies/{Uri.EscapeDataString(TestCenter.EncryptionPolicy)}/apply",
            """{"vms":["a","b","gone","done","c","a"],"parallel":2}""");

        Assert.Equal(("failed", "lorica.applyIncomplete", 100), (task.State, task.Fault!.Key, task.Percent));
        var report = await center.GetAsync($"policies/reports/{task.Id}", RestJson.Default.PolicyReportModel);
        Assert.Equal(
            ["a succeeded encrypt ", "b failed  lorica.mustBeOff", "gone failed  lorica.vmNotFound", "done succeeded none ",
                "c succeeded encrypt "],
            report.Items.Select(i => $"{i.Vm} {i.State} {i.Action} {i.Fault?.Key}"));
        Assert.True((await center.VmAsync("a")).Encrypted && (await center.VmAsync("c")).Encrypted);
        var tasks = (await center.GetAsync("tasks", RestJson.Default.ListModelTaskModel)).Items;
        Assert.Equal(3, tasks.Count(t => t.Parent == task.Id));
        Assert.All(
            report.Items.Where(i => i.Task is not null), i => Assert.Equal(task.Id, tasks.Single(t => t.Id == i.Task).Parent));
    }

    [Fact]
    public async Task All_VMs_get_the_policy_and_the_task_succeeds()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.CreateAsync("b");

        var task = await center.DoAsync(
            $"policies/{Uri.EscapeDataString(TestCenter.EncryptionPolicy)}/apply", """{"all":true}""");

        Assert.Equal("succeeded", task.State);
        Assert.Equal(2, (await center.GetAsync($"policies/reports/{task.Id}", RestJson.Default.PolicyReportModel)).Items.Count);
        Assert.Equal("compliant", (await center.VmAsync("b")).Compliance);
        Assert.Equal("lorica.applyTo", (await center.RefusedAsync("policies/gone/apply", """{"all":true,"folder":"x"}""")).Code);
    }

    [Fact]
    public async Task Cancelling_the_whole_serves_no_further_VM_and_lets_those_under_way_end()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.CreateAsync("b");
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync(
            $"policies/{Uri.EscapeDataString(TestCenter.EncryptionPolicy)}/apply", """{"vms":["a","b"],"parallel":1}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the first job runs");

        await center.Services.GetRequiredService<TaskStore>().RequestCancelAsync(task.Id, "administrator", default);
        center.Host.HoldJobs.SetResult();

        await Wait.UntilAsync(
            async () => (await center.GetAsync($"tasks/{task.Id}", RestJson.Default.TaskModel)).State == "cancelled",
            "the task is cancelled");
        var report = await center.GetAsync($"policies/reports/{task.Id}", RestJson.Default.PolicyReportModel);
        Assert.Equal(["a succeeded ", "b failed RequestCanceled"], report.Items.Select(i => $"{i.Vm} {i.State} {i.Fault?.Type}"));
        Assert.False((await center.VmAsync("b")).Encrypted);
    }

    [Fact]
    public async Task The_privileges_of_the_person_who_asked_are_checked_for_each_VM()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        var bob = await center.PersonAsync("bob", PolicyWorld.NoCryptoAdmin);
        var applier = center.Services.GetRequiredService<PolicyApplier>();

        var task = await center.EndAsync(
            (await applier.BeginAsync(bob, TestCenter.EncryptionPolicy, new ApplyPolicyBody(All: true), default)).Id);

        Assert.Equal("failed", task.State);
        var item = Assert.Single((await applier.ReportAsync(bob, task.Id, default)).Items);
        Assert.Equal((FaultTypes.NoPermission, null), (item.Fault!.Type, item.Task));
        Assert.False((await center.VmAsync("a")).Encrypted);
    }

    [Fact]
    public async Task A_stop_of_the_center_in_the_middle_is_taken_up_again_and_no_VM_is_served_twice()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.CreateAsync("b");
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync(
            $"policies/{Uri.EscapeDataString(TestCenter.EncryptionPolicy)}/apply", """{"all":true,"parallel":1}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the first job runs");

        // The note of the child is lost, as if the center had died before it.
        await center.RestartAsync(async () =>
        {
            using var store = await CenterStore.OpenAsync(center.StateFolder, default);
            await store.WriteAsync(db =>
            {
                foreach (var item in db.Raw.PolicyBatchItems)
                {
                    (item.State, item.ChildTaskId) = ("waiting", null);
                }

                return Task.CompletedTask;
            });
            center.Host.HoldJobs.SetResult();
        });

        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        var report = await center.GetAsync($"policies/reports/{task.Id}", RestJson.Default.PolicyReportModel);
        Assert.All(report.Items, i => Assert.Equal(("succeeded", "encrypt"), (i.State, i.Action)));
        Assert.Equal(
            2, (await center.GetAsync("tasks", RestJson.Default.ListModelTaskModel)).Items.Count(t => t.Parent == task.Id));
        Assert.Equal(2, center.Broker.Keys.Count);
    }

    [Fact]
    public async Task What_cannot_be_written_begins_no_task()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await ExecuteAsync(center, """
            CREATE TRIGGER full BEFORE INSERT ON policy_batch_items BEGIN SELECT RAISE(ABORT, 'no room'); END
            """);

        var reply = await center.PostAsync(
            $"policies/{Uri.EscapeDataString(TestCenter.EncryptionPolicy)}/apply", """{"all":true}""");

        Assert.False(reply.IsSuccessStatusCode);
        Assert.Empty(await center.Service<TaskStore>().UnfinishedAsync(default));
    }

    [Fact]
    public async Task A_policy_is_in_use_by_the_task_that_applies_it_and_by_every_task_that_carries_it_out()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.CreateAsync("b");
        var policy = await center.MakePolicyAsync("""{"name":"mine","encryption":true}""");
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("policies/mine/apply", """{"vms":["a","b"],"parallel":1}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the first job runs");

        var users = (await center.Service<TaskStore>().UnfinishedAsync(default)).Where(t => t.PolicyId == policy.Id).ToList();
        Assert.Equal([TaskKinds.PolicyApply, TaskKinds.Encrypt], users.Select(t => t.Kind).Order());
        var refused = await center.SendAsync(HttpMethod.Delete, "policies/mine", null);
        Assert.Equal(System.Net.HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains(task.Id, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        center.Host.HoldJobs.SetResult();
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
    }

    [Fact]
    public async Task A_policy_that_is_only_spoken_of_in_the_arguments_of_a_task_is_not_in_use()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        var policy = await center.MakePolicyAsync("""{"name":"mine","encryption":true}""");
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");
        await center.Store.WriteAsync(db =>
        {
            var row = db.Raw.Tasks.Single(t => t.Id == task.Id);
            row.Arguments = row.Arguments[..^1] + $",\"note\":\"{policy.Id}\"}}";
            return Task.CompletedTask;
        });

        Assert.True((await center.SendAsync(HttpMethod.Delete, "policies/mine", null)).IsSuccessStatusCode);
        center.Host.HoldJobs.SetResult();
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
    }

    private static async Task ExecuteAsync(TestCenter center, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={CenterStore.PathIn(center.StateFolder)};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
