using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Microsoft.EntityFrameworkCore;
using UnfinishedWork = Lorica.Contracts.Host.UnfinishedWork;

namespace Lorica.ControlPlane.Tests.Keys;

/// <summary>Nothing that the files say is begun is ever abandoned.</summary>
public sealed class BegunWorkTests
{
    private const string Encrypt = "encrypt", Decrypt = "decrypt", Shallow = "recryptShallow", Deep = "recryptDeep";
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<string, bool> JobsAndKms =>
        new(from job in new[] { Encrypt, Shallow, Deep } from kms in new[] { true, false } select (job, kms));

    [Theory]
    [MemberData(nameof(JobsAndKms))]
    public async Task Work_that_the_files_say_is_begun_goes_on_after_a_power_cut_although_its_caller_may_not_bring_the_host_back(
        string job, bool kmsAway)
    {
        await using var center = await StartAsync(job);
        var bob = await People.WithoutAsync(center, Privileges.RegisterHost);
        string task = await HalfWayAsync(center, bob, job);

        // Nobody can watch the host, so what a center does by itself for a host that returned is not done: it is the work alone
        // that brings it back.
        await CutAsync(center, () => (center.Host.Refuses, center.Broker.KmsDown) = (true, kmsAway));
        if (kmsAway)
        {
            await Wait.UntilAsync(
                async () => (await center.GetAsync("tasks/" + task, RestJson.Default.TaskModel)).Step
                    .StartsWith("waiting: ", StringComparison.Ordinal), "the task says what it waits for");
            Assert.DoesNotContain(await center.RecordsAsync(), r => r.State == KeyRecordStates.Retired);
            await Wait.UntilAsync(
                async () => (await center.EventsAsync(EventIds.TaskWaits)).Count > 0, "the audit says so, too");
            center.Broker.KmsDown = false;
        }

        Assert.Equal("succeeded", (await center.EndAsync(task)).State);
        Assert.Equal("safe", center.Host.CryptoMode);
        center.Host.Refuses = false;
        await AssertFinishedAsync(center, task, job);
    }

    [Theory]
    [InlineData(Encrypt)]
    [InlineData(Decrypt)]
    [InlineData(Shallow)]
    [InlineData(Deep)]
    public async Task Begun_work_is_finished_although_every_privilege_was_withdrawn_and_its_provider_was_away(string job)
    {
        await using var center = await StartAsync(job);
        var bob = await People.WithoutAsync(center);
        string task = await HalfWayAsync(center, bob, job);
        await center.Store.WriteAsync(db => db.Raw.Users.Where(u => u.Name == bob.User).ExecuteDeleteAsync(None));
        await center.Store.WriteAsync(db => db.Raw.Permissions.Where(p => p.Principal == bob.User).ExecuteDeleteAsync(None));
        await CutAsync(center, () => center.Broker.KmsDown = true);
        Assert.True((await center.Http.DeleteAsync("/api/v1/providers/kms1?force=true")).IsSuccessStatusCode);
        center.Broker.KmsDown = false;
        await Wait.UntilAsync(
            async () => (await center.GetAsync("tasks/" + task, RestJson.Default.TaskModel)).Step is { } step
                && step.StartsWith("waiting: ", StringComparison.Ordinal)
                && step.Contains("provider", StringComparison.OrdinalIgnoreCase), "the task says what it waits for");
        Assert.Contains(await center.EventsAsync(EventIds.AccessRefused),
            e => e.Message.Contains("goes on although", StringComparison.Ordinal));
        await center.AddProviderAsync();
        await AssertFinishedAsync(center, task, job);
    }

    [Theory]
    [InlineData(Encrypt)]
    [InlineData(Deep)]
    public async Task A_host_that_lost_its_state_in_the_middle_is_brought_back_with_a_new_host_key(string job)
    {
        await using var center = await StartAsync(job);
        var bob = await People.WithoutAsync(center, Privileges.RegisterHost);
        string task = await HalfWayAsync(center, bob, job);
        await CutAsync(center, () => (center.Host.CryptoMode, center.Host.HostKey) = ("incapable", null));
        await AssertFinishedAsync(center, task, job);
        Assert.NotNull(center.Host.HostKey);
    }

    [Theory]
    [InlineData(Encrypt)]
    [InlineData(Deep)]
    public async Task Files_that_cannot_be_read_retire_no_record_and_are_finished_when_they_are_back(string job)
    {
        await using var center = await StartAsync(job);
        var bob = await People.WithoutAsync(center);
        string task = await HalfWayAsync(center, bob, job);
        await center.Store.WriteAsync(db => db.Raw.Permissions.Where(p => p.Principal == bob.User).ExecuteDeleteAsync(None));
        await CutAsync(center, () => center.Host.Lies = Unreadable);

        var ended = await center.EndAsync(task);
        Assert.Equal(("failed", FaultTypes.NoPermission), (ended.State, ended.Fault!.Type));
        Assert.DoesNotContain(await center.RecordsAsync(), r => r.State == KeyRecordStates.Retired);
        Assert.Empty(await center.EventsAsync(EventIds.OrphanKey));

        center.Host.Lies = null;
        await Wait.UntilAsync(async () => (await center.VmAsync("a")).Suspect is null, "the next look settles the records");
        Assert.Equal("succeeded", (await AgainAsync(center, job)).State);
        await AssertWholeAsync(center, job);
    }

    [Theory]
    [InlineData("tasks", "UPDATE", "NEW.step LIKE 'key%'")]
    [InlineData("events", "INSERT", "NEW.event_id = 'com.vmware.vc.crypto.Operation'")]
    [InlineData("tasks", "UPDATE", "NEW.state = 'succeeded'")]
    [InlineData("key_records", "UPDATE", "NEW.in_use = 1")]
    public async Task A_database_that_fails_for_a_while_ends_nothing_and_makes_no_second_key(
        string table, string what, string when)
    {
        await using var center = await StartAsync(Encrypt);
        center.Host.HoldJobs = null;
        await center.BreakDatabaseAsync($"{what} ON {table} WHEN {when}");
        string task = (await center.BeginAsync("vms/a/policy", $$"""{"policy":"{{TestCenter.EncryptionPolicy}}"}""")).Id;
        Assert.Contains(await center.StateAfterFailuresAsync(task), (string[])["queued", "running"]);
        await center.MendDatabaseAsync();
        await AssertFinishedAsync(center, task, Encrypt);
    }

    [Fact]
    public async Task Before_the_files_say_begun_a_refusal_ends_the_task_and_withdraws_what_it_made()
    {
        await using var center = await StartAsync(Encrypt);
        center.Host.InPlace = false;
        var bob = await People.WithoutAsync(center);
        string task = await HalfWayAsync(center, bob, Encrypt);
        await center.Store.WriteAsync(db => db.Raw.Permissions.Where(p => p.Principal == bob.User).ExecuteDeleteAsync(None));
        await CutAsync(center, () => { });

        var ended = await center.EndAsync(task);
        Assert.Equal(("failed", FaultTypes.NoPermission), (ended.State, ended.Fault!.Type));
        string id = (await center.VmAsync("a")).Id;
        var made = (await center.RecordsAsync()).Where(r => r.VmId == id).ToList();
        Assert.NotEmpty(made);
        Assert.All(made, r => Assert.Equal((KeyRecordStates.Retired, false), (r.State, r.InUse)));
        Assert.Single(await center.EventsAsync(EventIds.OrphanKey));
        Assert.Equal("succeeded", (await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy)).State);
    }

    [Fact]
    public async Task A_VMX_that_cannot_be_read_for_the_moment_names_no_disk_and_says_nothing_by_that()
    {
        await using var center = await StartAsync(Deep);
        center.Host.BeforeLife = step =>
        {
            center.Host.Lies = Unreadable;
            throw FaultCodec.ToRpc(new Fault(FaultTypes.InvalidState, "lorica.test", step, "The host refuses."));
        };

        Assert.Equal("lorica.test", (await center.DoAsync("vms/a/disks/virtio0:0/detach", "")).Fault?.Key);

        (center.Host.BeforeLife, center.Host.Lies) = (null, null);
        Assert.DoesNotContain(await center.RecordsAsync(), r => r.State is KeyRecordStates.Known or KeyRecordStates.Retired);
        Assert.Null((await center.VmAsync("a")).Suspect);
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }

    [Fact]
    public async Task A_clone_that_its_host_has_made_is_settled_although_its_caller_may_not_any_more()
    {
        await using var center = await StartAsync(Deep);
        var bob = await People.WithoutAsync(center);
        var task = await center.Vms.CloneAsync(bob, "a", new CloneVmBody("b"), None);
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");
        await center.Store.WriteAsync(db => db.Raw.Permissions.Where(p => p.Principal == bob.User).ExecuteDeleteAsync(None));
        await center.RestartAsync(() =>
        {
            center.Host.Finish(center.Host.Started.Last());
            center.Host.Restart();
            return Task.CompletedTask;
        });
        Release(center);

        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        Assert.Equal("succeeded", (await center.PowerAsync("b", "on")).State);
        Assert.Null((await center.VmAsync("b")).Suspect);
    }

    [Theory]
    [InlineData(Encrypt)]
    [InlineData(Decrypt)]
    [InlineData(Deep)]
    public async Task A_job_that_succeeded_is_judged_when_its_files_can_be_read(string job)
    {
        await using var center = await StartAsync(job);
        string task = await HalfWayAsync(center, People.Administrator, job);
        center.Host.DatastoreProblem = "The datastore ds1 is not mounted.";
        Release(center);
        await WaitsAsync(center, task, "not mounted");
        center.Host.DatastoreProblem = null;
        await AssertFinishedAsync(center, task, job);
    }

    [Fact]
    public async Task A_clone_that_stands_is_kept_while_it_cannot_be_read()
    {
        await using var center = await StartAsync(Deep);
        var task = await center.Vms.CloneAsync(People.Administrator, "a", new CloneVmBody("b"), None);
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");
        await center.RestartAsync(() =>
        {
            center.Host.Finish(center.Host.Started.Last());
            center.Host.Restart();
            center.Host.DatastoreProblem = "The datastore ds1 is not mounted.";
            return Task.CompletedTask;
        });
        Release(center);
        await WaitsAsync(center, task.Id, "not mounted");
        Assert.DoesNotContain(await center.RecordsAsync(), r => r.State == KeyRecordStates.Retired);
        center.Host.DatastoreProblem = null;
        Assert.Equal("succeeded", (await center.EndAsync(task.Id)).State);
        Assert.Null((await center.VmAsync("b")).Suspect);
    }

    [Theory]
    [InlineData(Encrypt)]
    [InlineData(Decrypt)]
    [InlineData(Deep)]
    public async Task Begun_work_goes_on_under_a_key_that_was_deactivated_meanwhile(string job)
    {
        await using var center = await StartAsync(job);
        string task = await HalfWayAsync(center, People.Administrator, job);
        string a = (await center.VmAsync("a")).Id;
        var keys = (await center.RecordsAsync()).Where(r => r.VmId == a).Select(r => r.KeyId).Distinct().ToList();
        await CutAsync(center, () => keys.ForEach(key => center.Broker.States[key] = "Deactivated"));
        var ended = await center.EndAsync(task);
        Assert.Equal(("succeeded", null), (ended.State, ended.Fault?.Message));
        var vm = await center.VmAsync("a");
        Assert.Equal((null, job != Decrypt), (vm.Suspect, vm.Encrypted));
        Assert.Equal(UnfinishedWork.Unspecified, center.Host.Vms[a].PendingJob);
    }

    [Theory]
    [InlineData(Encrypt, StatusCode.ResourceExhausted)]
    [InlineData(Encrypt, StatusCode.Unimplemented)]
    [InlineData(Decrypt, StatusCode.PermissionDenied)]
    [InlineData(Deep, StatusCode.Unauthenticated)]
    public async Task Keys_that_do_not_get_to_the_host_are_no_word_of_it_about_begun_work(string job, StatusCode answer)
    {
        await using var center = await StartAsync(job);
        string task = await HalfWayAsync(center, People.Administrator, job);
        center.Host.OnDescribe = () => throw new RpcException(new Status(answer, "As no host answers."));
        center.Host.OnAddKeys = center.Host.OnDescribe;
        await AssertWaitsAsync(center, task);
        (center.Host.OnDescribe, center.Host.OnAddKeys) = (null, null);
        await AssertFinishedAfterRestartAsync(center, task, job);
    }

    [Theory]
    [InlineData(StatusCode.ResourceExhausted)]
    [InlineData(StatusCode.PermissionDenied)]
    public async Task An_answer_as_no_host_gives_is_no_word_of_it_about_begun_work(StatusCode answer)
    {
        await using var center = await StartAsync(Encrypt);
        string task = await HalfWayAsync(center, People.Administrator, Encrypt);
        await AssertWaitsAsync(
            center, task, look: files => files.Name == "a"
                ? throw new RpcException(new Status(answer, "As no host answers.")) : files);
        await AssertFinishedAfterRestartAsync(center, task, Encrypt);
    }

    [Fact]
    public async Task A_host_that_does_not_take_keys_has_said_nothing_about_begun_work()
    {
        await using var center = await StartAsync(Deep);
        string task = await HalfWayAsync(center, People.Administrator, Deep);
        center.Host.OnDescribe = () => throw FaultCodec.ToRpc(
            new Fault(FaultTypes.InvalidState, "lorica.test", "host", "No keys are taken just now."));
        center.Host.OnAddKeys = center.Host.OnDescribe;
        await AssertWaitsAsync(center, task, "waiting: No keys are taken just now.");
        (center.Host.OnDescribe, center.Host.OnAddKeys) = (null, null);
        await AssertFinishedAfterRestartAsync(center, task, Deep);
    }

    [Fact]
    public async Task Encryption_mode_does_not_end_while_a_first_encryption_is_under_way()
    {
        await using var center = await StartAsync(Encrypt);
        center.Host.HoldJobs = null;
        Assert.Equal("succeeded", (await center.SetPolicyAsync("z", TestCenter.DefaultPolicy)).State);
        center.Host.HoldJobs = new TaskCompletionSource();
        string task = await HalfWayAsync(center, People.Administrator, Encrypt);
        var refused = await center.RefusedAsync("hosts/h1/crypto", """{"action":"disable"}""");
        Assert.Equal(FaultTypes.ResourceInUse, refused.Title);
        Release(center);
        Assert.Equal("succeeded", (await center.EndAsync(task)).State);
    }

    /// <summary>A host in encryption mode with a host key, and VM <c>a</c>, ready for the job.</summary>
    private static async Task<TestCenter> StartAsync(string job)
    {
        var center = await TestCenter.StartAsync();
        center.Host.CryptoMode = "incapable";
        await center.CreateAsync("z", TestCenter.EncryptionPolicy);
        Assert.Equal("safe", center.Host.CryptoMode);
        await center.CreateAsync("a", job == Encrypt ? null : TestCenter.EncryptionPolicy);
        center.Host.InPlace = true;
        center.Host.HoldJobs = new TaskCompletionSource();
        return center;
    }

    private static async Task<string> HalfWayAsync(TestCenter center, Caller caller, string job)
    {
        var vms = center.Vms;
        int before = center.Host.Started.Count;
        var task = job switch
        {
            Encrypt => await vms.SetPolicyAsync(caller, "a", new SetPolicyBody(TestCenter.EncryptionPolicy), None),
            Decrypt => await vms.SetPolicyAsync(caller, "a", new SetPolicyBody(TestCenter.DefaultPolicy), None),
            _ => await vms.RecryptAsync(caller, "a", new RecryptBody(job == Deep ? "deep" : "shallow"), None),
        };
        await Wait.UntilAsync(() => center.Host.Started.Count > before, "the job runs");
        return task.Id;
    }

    /// <summary>Power cut of center and host.</summary>
    private static async Task CutAsync(TestCenter center, Action between)
    {
        await center.RestartAsync(() =>
        {
            center.Host.Restart();
            Assert.Equal("prepared", center.Host.CryptoMode);
            between();
            return Task.CompletedTask;
        });
        Release(center);
    }

    /// <summary>
    /// The host is started again in the middle, its jobs with it; the task looks at it time and again, and waits for it.
    /// </summary>
    private static async Task AssertWaitsAsync(
        TestCenter center, string task, string step = "waiting for the host", Func<VmDescription, VmDescription>? look = null)
    {
        int looks = 0;
        center.Host.Lies = files =>
        {
            Interlocked.Increment(ref looks);
            return look?.Invoke(files) ?? files;
        };
        center.Host.Restart();
        Release(center);
        await Wait.UntilAsync(
            async () =>
            {
                var now = await center.GetAsync("tasks/" + task, RestJson.Default.TaskModel);
                Assert.True(now.State is "queued" or "running", now.Fault?.Message);
                return now.Step == step && looks > 3;
            },
            "the task waits");
        center.Host.Lies = null;
    }

    private static void Release(TestCenter center)
    {
        var hold = center.Host.HoldJobs;
        center.Host.HoldJobs = null;
        hold?.TrySetResult();
    }

    private static Task WaitsAsync(TestCenter center, string task, string why) => Wait.UntilAsync(
        async () => (await center.GetAsync("tasks/" + task, RestJson.Default.TaskModel)).Step is { } step
            && step.StartsWith("waiting: ", StringComparison.Ordinal) && step.Contains(why, StringComparison.Ordinal),
        "the task says what it waits for");

    private static async Task AssertFinishedAsync(TestCenter center, string task, string job)
    {
        var ended = await center.EndAsync(task);
        Assert.Equal(("succeeded", null), (ended.State, ended.Fault?.Message));
        Assert.Empty(await center.EventsAsync(EventIds.OrphanKey));
        await AssertWholeAsync(center, job);
    }

    /// <summary>The same where nobody but the watch over the host brings it back into encryption mode.</summary>
    private static async Task AssertFinishedAfterRestartAsync(TestCenter center, string task, string job)
    {
        await center.EndAsync(task);
        await Wait.UntilAsync(() => center.Host.CryptoMode == "safe", "the host is in encryption mode again");
        await AssertFinishedAsync(center, task, job);
    }

    private static async Task AssertWholeAsync(TestCenter center, string job)
    {
        var vm = await center.VmAsync("a");
        Assert.Equal((null, job != Decrypt), (vm.Suspect, vm.Encrypted));
        Assert.Equal("safe", center.Host.CryptoMode);
        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
        var files = center.Host.Vms[vm.Id];
        Assert.Equal(UnfinishedWork.Unspecified, files.PendingJob);
        var records = (await center.RecordsAsync()).Where(r => r.VmId == vm.Id && r.InUse).ToList();
        Assert.Equal(job == Decrypt ? 0 : 2, records.Count);
        Assert.All(records, r => Assert.Equal(files.Key.KeyId, r.KeyId));
    }

    private static Task<TaskModel> AgainAsync(TestCenter center, string job) => job == Encrypt
        ? center.SetPolicyAsync("a", TestCenter.EncryptionPolicy)
        : center.DoAsync("vms/a/recrypt", """{"mode":"deep"}""");

    /// <summary>What a host tells of files that it cannot read at the moment.</summary>
    private static VmDescription Unreadable(VmDescription files) => files.Name != "a" ? files : new VmDescription
    {
        VmId = files.VmId, Path = files.Path, PowerState = files.PowerState, Suspect = FaultCodec.ToMessage(new Fault(
            FaultTypes.GenericVmConfigFault, "lorica.io", files.Path, "Input/output error.")),
    };
}
