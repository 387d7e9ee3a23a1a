using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Lifecycle;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Tasks;

/// <summary>What came of a call whose answer was lost is not known until a look at the host tells it.</summary>
public sealed class LostAnswerTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_VM_that_its_host_is_still_making_is_waited_for()
    {
        await using var center = await MakingAsync();
        var task = await center.BeginAsync("vms", Encrypted("a"));
        await Wait.UntilAsync(() => center.Host.AskedWhileMaking > 1, "the host is asked again");
        Assert.Contains((await TaskAsync(center, task.Id)).State, (string[])["queued", "running"]);
        center.Host.FinishMaking();
        await AssertSucceededAsync(center, task.Id);
        Assert.Null((await center.VmAsync("a")).Suspect);
        Assert.Equal(2, (await center.RecordsAsync()).Count(r => r is { InUse: true, State: KeyRecordStates.Usable }));
    }

    [Fact]
    public async Task A_VM_that_its_host_is_still_making_is_not_given_up_before_it_is_removed_there()
    {
        await using var center = await MakingAsync();
        var task = await center.BeginAsync("vms", Encrypted("a"));
        await Wait.UntilAsync(() => center.Host.AskedWhileMaking > 0, "the host is asked again");
        center.Broker.KmsDown = true;
        center.Host.Keys.Clear();
        await Wait.UntilAsync(
            async () => (await TaskAsync(center, task.Id)).Step is { } step
                && step.Contains("lorica.vmBusy", StringComparison.Ordinal), "the host is asked to remove it");
        Assert.Single(await RowsAsync(center));
        Assert.DoesNotContain(await center.RecordsAsync(), r => r.State == KeyRecordStates.Retired);
        center.Host.FinishMaking();
        Assert.Equal("msg.vigor.enc.keyNotFound", (await center.EndAsync(task.Id)).Fault?.Key);
        Assert.Empty(center.Host.Vms);
        Assert.Empty(await RowsAsync(center));
    }

    [Fact]
    public async Task What_its_host_refuses_to_remove_stays_and_the_task_says_what_is_left_and_the_way_out()
    {
        await using var center = await TestCenter.StartAsync();
        center.Host.OnCreated = () => throw new RpcException(new Status(StatusCode.PermissionDenied, "odd"));
        center.Host.BeforeLife = step => step == "delete"
            ? throw FaultCodec.ToRpc(
                new Fault(FaultTypes.SystemError, "lorica.io", "a", "Input/output error.", "Look at the disk."))
            : Task.CompletedTask;
        var fault = (await center.DoAsync("vms", Encrypted("a"))).Fault!;
        Assert.Equal("lorica.peerFailed", fault.Key);
        Assert.EndsWith("could not be removed and stays, with its records and its name: Input/output error.", fault.Message,
            StringComparison.Ordinal);
        Assert.Equal("Look at the disk. Then remove it: lorica vm rm a", fault.Hint);
        Assert.Single(center.Host.Vms);
        Assert.Equal("a", Assert.Single(await RowsAsync(center)).Name);
        Assert.DoesNotContain(await center.RecordsAsync(), r => r.State == KeyRecordStates.Retired);

        center.Host.BeforeLife = null;
        var reply = await center.Http.DeleteAsync("/api/v1/vms/a");
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync());
        await Wait.UntilAsync(async () => (await RowsAsync(center)).Count == 0, "it is removed");
        Assert.Empty(center.Host.Vms);
    }

    [Theory]
    [InlineData(TaskKinds.AddDisk, "disk")]
    [InlineData(TaskKinds.RemoveDisk, "disk")]
    [InlineData(TaskKinds.Rename, "rename")]
    [InlineData(TaskKinds.Register, "register")]
    [InlineData(TaskKinds.Migrate, "unregister")]
    [InlineData(TaskKinds.Unregister, "unregister")]
    public async Task A_host_that_is_still_at_work_on_the_attempt_whose_answer_was_lost_is_waited_for(string kind, string step)
    {
        await using var center = await LifeWorld.StartAsync(kind);
        int calls = 0;
        center.Host.BeforeLife = s => (s, s == step ? Interlocked.Increment(ref calls) : 0) switch
        {
            (_, 1) => throw new RpcException(new Status(StatusCode.DeadlineExceeded, "slow")),
            (_, 2) => throw Busy(),
            _ => Task.CompletedTask,
        };
        await AssertSucceededAsync(center, (await LifeWorld.DoAsync(center, People.Administrator, kind)).Id);
        Assert.Equal(3, calls);
    }

    [Theory]
    [InlineData(TaskKinds.AddDisk, "disk")]
    [InlineData(TaskKinds.Rename, "rename")]
    [InlineData(TaskKinds.Register, "register")]
    public async Task A_host_that_is_still_at_work_on_what_an_earlier_center_asked_for_is_waited_for(string kind, string step)
    {
        await using var center = await LifeWorld.StartAsync(kind);
        int refused = 0;
        var ended = await LifeWorld.InterruptAsync(center, People.Administrator, kind, done: false, () =>
        {
            center.Host.BeforeLife = s => s == step && Interlocked.Increment(ref refused) == 1
                ? throw Busy() : Task.CompletedTask;
            return Task.CompletedTask;
        });
        Assert.Equal(("succeeded", null), (ended.State, ended.Fault?.Message));
        Assert.True(refused > 1);
    }

    [Fact]
    public async Task A_registration_is_not_withdrawn_while_its_host_is_still_at_work_on_it()
    {
        await using var center = await LifeWorld.StartAsync(TaskKinds.Register);
        int undone = 0;
        center.Host.RefuseRegister = new Fault(FaultTypes.GenericVmConfigFault, "lorica.test", "a", "Not like this.");
        center.Host.BeforeLife = s => s == "unregister" && Interlocked.Increment(ref undone) == 1
            ? throw Busy() : Task.CompletedTask;
        var task = await center.EndAsync((await LifeWorld.DoAsync(center, People.Administrator, TaskKinds.Register)).Id);
        Assert.Equal(("lorica.test", 2), (task.Fault?.Key, undone));
    }

    [Fact]
    public async Task That_a_host_knows_no_such_job_is_no_proof_while_its_word_on_taking_it_back_was_lost()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.HoldJobs = new TaskCompletionSource();
        var bob = await People.WithoutAsync(center);
        var task = await center.Vms.CloneAsync(bob, "a", new CloneVmBody("b"), None);
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");
        await WithdrawAllAsync(center, bob);
        var (cancels, late) = (0, center.Host.Started.Last());
        await center.RestartAsync(() =>
        {
            // The call that begins it is on its way until the second time that the host is told.
            center.Host.Restart();
            center.Host.OnCancel = () =>
            {
                switch (Interlocked.Increment(ref cancels))
                {
                    case 1:
                        throw new RpcException(new Status(StatusCode.Unavailable, "lost"));
                    case 2:
                        center.Host.Finish(late);
                        break;
                    default:
                        break;
                }
            };
            return Task.CompletedTask;
        });
        Assert.Equal(FaultTypes.NoPermission, (await center.EndAsync(task.Id)).Fault?.Type);
        Assert.Equal(2, cancels);
        Assert.Single(center.Host.Vms);
        Assert.Single(await RowsAsync(center));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_relocation_that_is_taken_up_again_waits_for_what_its_host_will_not_tell(bool refuses)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.SecondDatastoreFree = 1 << 29;
        center.Host.HoldJobs = new TaskCompletionSource();
        var bob = await People.WithoutAsync(center);
        var task = await center.Vms.RelocateAsync(bob, "a", new RelocateVmBody("ds2"), None);
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");
        await WithdrawAllAsync(center, bob);
        int looks = 0;
        await center.RestartAsync(() =>
        {
            center.Host.FinishJob(task.Id);
            center.Host.Lies = _ =>
            {
                Interlocked.Increment(ref looks);
                throw refuses ? Refusal() : new RpcException(new Status(StatusCode.ResourceExhausted, "odd"));
            };
            return Task.CompletedTask;
        });
        await WaitsAsync(center, task.Id);
        center.Host.Lies = null;
        center.Host.HoldJobs.SetResult();
        await AssertSucceededAsync(center, task.Id);
        Assert.Equal("ds2", Assert.Single(await RowsAsync(center)).Datastore);
    }

    [Fact]
    public async Task A_relocation_that_succeeded_is_settled_when_its_files_can_be_read()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.SecondDatastoreFree = 1 << 29;
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/relocate", """{"datastore":"ds2"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");
        center.Host.DatastoreProblem = "The datastore ds1 is not mounted.";
        center.Host.HoldJobs.SetResult();
        await WaitsAsync(center, task.Id, "not mounted");
        (center.Host.DatastoreProblem, center.Host.Lies) = (null, _ => throw Refusal());
        await WaitsAsync(center, task.Id, "moment");
        center.Host.Lies = null;
        await AssertSucceededAsync(center, task.Id);
        Assert.Equal("ds2", Assert.Single(await RowsAsync(center)).Datastore);
        Assert.Null((await center.VmAsync("a")).Suspect);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_clone_that_stands_is_kept_although_a_look_at_it_was_missed_or_refused(bool restart)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await center.BeginAsync("vms/a/clone", """{"name":"b"}""");
        await Wait.UntilAsync(() => !center.Host.Started.IsEmpty, "the job runs");
        int looks = 0;
        VmDescription Look(VmDescription files) => files.Name != "b" ? files : Interlocked.Increment(ref looks) switch
        {
            1 => throw new RpcException(new Status(StatusCode.Unavailable, "lost")),
            2 => throw Refusal(),
            _ => files,
        };
        if (restart)
        {
            await center.RestartAsync(() =>
            {
                center.Host.FinishJob(task.Id);
                center.Host.Restart();
                center.Host.Lies = Look;
                return Task.CompletedTask;
            });
        }
        else
        {
            center.Host.DatastoreProblem = "The datastore ds1 is not mounted.";
            center.Host.HoldJobs.SetResult();
            await WaitsAsync(center, task.Id, "not mounted");
            (center.Host.Lies, center.Host.DatastoreProblem) = (Look, null);
        }

        await AssertSucceededAsync(center, task.Id);
        Assert.True(looks > 2);
        Assert.Null((await center.VmAsync("b")).Suspect);
    }

    [Fact]
    public async Task An_import_that_stands_is_settled_when_its_host_tells_of_it()
    {
        await using var center = await TestCenter.StartAsync();
        string task = await ImportedAsync(center, () => center.Host.Lies = _ => throw Refusal());
        await WaitsAsync(center, task, "moment");
        center.Host.Lies = null;
        await AssertSucceededAsync(center, task);
        Assert.Equal("imp", (await center.VmAsync("imp")).Name);
    }

    [Fact]
    public async Task An_import_that_is_not_what_was_asked_for_is_removed_when_its_datastore_is_there()
    {
        await using var center = await TestCenter.StartAsync();
        int asked = 0;
        string task = await ImportedAsync(
            center,
            () => center.Host.BeforeLife = step => step == "delete" && Interlocked.Increment(ref asked) == 1
                ? throw FaultCodec.ToRpc(new Fault(
                    FaultTypes.InvalidState, "lorica.datastoreNotThere", "ds1", "The datastore ds1 is not mounted."))
                : Task.CompletedTask,
            encrypted: true);
        Assert.Equal("lorica.jobResult", (await center.EndAsync(task)).Fault?.Key);
        Assert.Equal(2, asked);
        Assert.Empty(center.Host.Vms);
        Assert.Empty(await RowsAsync(center));
    }

    [Fact]
    public async Task An_import_that_its_host_is_still_finishing_is_looked_at_again()
    {
        await using var center = await TestCenter.StartAsync();
        string task = await ImportedAsync(center, center.Host.Unmake);
        await Wait.UntilAsync(() => center.Host.AskedWhileMaking > 0, "the host is asked to remove it");
        center.Host.FinishMaking();
        await AssertSucceededAsync(center, task);
        Assert.Equal("imp", (await center.VmAsync("imp")).Name);
    }

    /// <summary>The answer to the first VM that is made is lost while the host makes it.</summary>
    private static async Task<TestCenter> MakingAsync()
    {
        var center = await TestCenter.StartAsync();
        center.Host.OnCreated = () =>
        {
            center.Host.OnCreated = null;
            center.Host.Unmake();
            throw new RpcException(new Status(StatusCode.Unavailable, "lost"));
        };
        return center;
    }

    /// <summary>A plain VM <c>imp</c> stands on the host; the import that brought it was cut off with its center.</summary>
    private static async Task<string> ImportedAsync(TestCenter center, Action between, bool encrypted = false)
    {
        Assert.Equal("succeeded", (await center.CreateAsync("imp")).State);
        var vm = Assert.Single(await RowsAsync(center));
        var row = new TaskRow
        {
            Id = Guid.NewGuid().ToString(), Kind = TaskKinds.Import, VmId = vm.Id, Target = vm.Name, State = TaskStates.Running,
            UserName = "administrator", Epoch = vm.Epoch, Cancellable = true,
            Arguments = TaskArguments.Format(new VmTaskArguments
            {
                Version = VmTaskArguments.Current,
                Objects = encrypted ? [vm.Id] : [],
                Request = RequestJson.Write(new NewVm { Name = vm.Name, Disks = [new NewDisk(1 << 20)] }),
            }),
        };
        await center.Store.WriteAsync(async db =>
        {
            db.Raw.Tasks.Add(row);
            await db.Raw.Vms.ExecuteUpdateAsync(s => s.SetProperty(v => v.State, VmStates.Creating), None);
        });
        await center.RestartAsync(() =>
        {
            between();
            return Task.CompletedTask;
        });
        return row.Id;
    }

    private static string Encrypted(string name) =>
        $$"""{"name":"{{name}}","policy":"{{TestCenter.EncryptionPolicy}}","disks":[{"capacity":1048576}]}""";

    private static RpcException Busy() =>
        FaultCodec.ToRpc(new Fault(FaultTypes.ResourceInUse, "lorica.vmBusy", "a", "Another operation works on a."));

    private static RpcException Refusal() =>
        FaultCodec.ToRpc(new Fault(FaultTypes.SystemError, "lorica.io", "a", "Not at the moment."));

    private static async Task WithdrawAllAsync(TestCenter center, Caller caller) => await center.Store.WriteAsync(
        db => db.Raw.Permissions.Where(p => p.Principal == caller.User).ExecuteDeleteAsync(None));

    private static Task<TaskModel> TaskAsync(TestCenter center, string id) =>
        center.GetAsync("tasks/" + id, RestJson.Default.TaskModel);

    private static Task<List<VmRow>> RowsAsync(TestCenter center) =>
        center.Store.ReadAsync(db => db.Raw.Vms.AsNoTracking().ToListAsync());

    private static Task WaitsAsync(TestCenter center, string task, string why = "") => Wait.UntilAsync(
        async () =>
        {
            var now = await TaskAsync(center, task);
            Assert.Contains(now.State, (string[])["queued", "running"]);
            return now.Step is { } step && step.StartsWith("waiting: ", StringComparison.Ordinal)
                && step.Contains(why, StringComparison.Ordinal);
        },
        "the task says what it waits for");

    private static async Task AssertSucceededAsync(TestCenter center, string task)
    {
        var ended = await center.EndAsync(task);
        Assert.Equal(("succeeded", null), (ended.State, ended.Fault?.Message));
    }
}
