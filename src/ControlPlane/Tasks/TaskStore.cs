using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Telemetry;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Queries;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tasks;

/// <summary>The table of tasks: what was asked, by whom, how far it is, how it ended.</summary>
public sealed partial class TaskStore(CenterStore store, TaskSignals signals, IBeginCheck begin, TimeProvider time)
{
    /// <summary>Longest long poll.</summary>
    public static readonly TimeSpan MaximumWait = TimeSpan.FromSeconds(60);

    /// <summary>
    /// What a task ends with when <paramref name="e"/> broke it off: the refusal that it is, a full disk under the center's
    /// state, or that it should not have failed, with the way to the log.
    /// </summary>
    internal Fault FaultOf(Exception e, string target, string taskId) => e switch
    {
        FaultException f => f.Fault,
        OperationCanceledException => new Fault(FaultTypes.HostCommunication, "lorica.givenUp", target,
            "The request was given up before its answer came.", "Look at the object, and ask again."),
        _ => StorageFull.Find(e, store.Folder) ?? new Fault(FaultTypes.SystemError, "lorica.systemError", target,
            "Internal error.", $"The center's log has more under task {taskId}."),
    };

    /// <summary>
    /// Begins an operation on a VM: takes the next epoch by compare-and-swap and writes the task, in one transaction together
    /// with
    /// <paramref name="also"/>. The unique index refuses a second unfinished task of the same VM.
    /// </summary>
    internal async Task<TaskRow> BeginAsync(
        string kind, VmRow vm, Caller caller, TaskNeeds needs, VmTaskArguments arguments, Func<CenterDb, TaskRow, Task>? also,
        CancellationToken ct)
    {
        var row = NewRow(kind, vm, caller, arguments);
        try
        {
            await BeginAsync(
                async db =>
                {
                    db.Caller = caller;
                    await RefuseSecondAsync(db, vm, ct);
                    await Revisions.RequireAsync(db, ObjectRef.Of(vm), caller, ct);
                    await begin.RequireAsync(db, needs, vm, caller, ct);
                    if (!await db.Vms.TakeEpochAsync(vm.Id, vm.Epoch, ct))
                    {
                        throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.vmChanged", vm.Name,
                            $"Another operation on {vm.Name} started first.", "Look at the VM and try again."));
                    }

                    db.Tasks.Add(row);
                    if (also is not null)
                    {
                        await also(db, row);
                    }

                    await Revisions.RaiseAsync(db, kind, ObjectKinds.Vm, vm.Id, ct);
                },
                ct);
        }
        catch (Exception e) when (CenterStore.IsDuplicate(e))
        {
            throw new FaultException(InUse(vm.Name, row.Kind, ""), e);
        }

        signals.Changed(row.Id);
        return row;
    }

    /// <summary>
    /// Begins the task of a VM whose row is written in the same transaction, with the epoch after the one that it has. The
    /// caller's privileges are asked for in it once more, and <paramref name="also"/> belongs to it.
    /// </summary>
    internal async Task<TaskRow> BeginNewAsync(
        string kind, VmRow vm, Caller caller, TaskNeeds needs, VmTaskArguments arguments, Func<CenterDb, TaskRow, Task> also,
        CancellationToken ct)
    {
        var row = NewRow(kind, vm, caller, arguments);
        vm.Epoch = row.Epoch;
        await BeginAsync(
            async db =>
            {
                db.Caller = caller;
                await begin.RequireAsync(db, needs, vm, caller, ct);
                if (!await db.Containers.ExistsAsync(vm.ParentId, ct))
                {
                    throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.objectNotFound", vm.Name,
                        $"The folder for {vm.Name} was deleted meanwhile.", "Name another folder."));
                }

                db.Vms.Add(vm);
                db.Tasks.Add(row);
                await also(db, row);
                await Revisions.RaiseAsync(db, kind, ObjectKinds.Vm, vm.Id, ct);
            },
            ct);
        signals.Changed(row.Id);
        return row;
    }

    /// <summary>Begins a task on an object that is not a VM, or one that does not touch the VM's files.</summary>
    public Task<TaskRow> BeginAsync(string kind, ObjectRef target, Caller caller, CancellationToken ct) =>
        BeginAsync(kind, target, caller, static (_, _) => Task.CompletedTask, ct);

    /// <summary>The same with what belongs to it, in one transaction: arguments, and rows that it works on.</summary>
    public async Task<TaskRow> BeginAsync(
        string kind, ObjectRef target, Caller caller, Func<CenterDb, TaskRow, Task> also, CancellationToken ct)
    {
        var row = new TaskRow
        {
            Id = Guid.NewGuid().ToString("D"),
            Kind = kind,
            VmId = "",
            ObjectKind = target.Kind,
            ObjectId = target.Id,
            Target = target.Name,
            State = TaskStates.Running,
            UserName = caller.User,
            StartedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            ParentId = TaskParent.Current,
        }.AskedBy(caller);
        await BeginAsync(
            async db =>
            {
                db.Caller = caller;
                await Revisions.RequireAsync(db, target, caller, ct);
                await Revisions.RaiseAsync(db, kind, target.Kind, target.Id, ct);
                db.Tasks.Add(row);
                await also(db, row);
            },
            ct);
        signals.Changed(row.Id);
        return row;
    }

    /// <summary>Refuses when a task of the VM is under way, and names it.</summary>
    public Task RefuseSecondAsync(VmRow vm, CancellationToken ct) =>
        store.ReadAsync(
            async db =>
            {
                await RefuseSecondAsync(db, vm, ct);
                return true;
            },
            ct);

    /// <summary>Notes progress.</summary>
    public async Task ProgressAsync(string id, string step, long done, long total, CancellationToken ct)
    {
        int percent = total > 0 ? (int)Math.Clamp(done * 100.0 / total, 0, 100) : 0;
        await store.WriteAsync(db => db.Tasks.SetProgressAsync(id, percent, step, done, total, ct), ct);
        signals.Changed(id);
    }

    /// <summary>Notes the name under which a KEK is about to be asked of the KMS.</summary>
    public Task NoteKeyNameAsync(string id, string? name, CancellationToken ct) =>
        store.WriteAsync(db => db.Tasks.SetKeyNameAsync(id, name, ct), ct);

    /// <summary>Ends a task well, together with <paramref name="also"/> in one transaction.</summary>
    public Task SucceedAsync(string id, Func<CenterDb, Task>? also, CancellationToken ct) => EndAsync(id, null, also, ct);

    /// <summary>Ends a task with a fault (cancelled when that is RequestCanceled), together with <paramref name="also"/> in one
    /// transaction.</summary>
    public Task FailAsync(string id, Fault fault, Func<CenterDb, Task>? also, CancellationToken ct) =>
        EndAsync(id, fault, also, ct);

    /// <summary>One task; NotFound otherwise.</summary>
    public async Task<TaskModel> GetAsync(string id, CancellationToken ct) => (await RowAsync(id, ct)).ToModel();

    /// <summary>One task at its next change, at its end, or after <paramref name="wait"/>.</summary>
    public async Task<TaskModel> WaitAsync(string id, TimeSpan wait, CancellationToken ct)
    {
        wait = wait > MaximumWait ? MaximumWait : wait;
        var row = await RowAsync(id, ct);
        if (TaskStates.Ended(row.State) || wait <= TimeSpan.Zero)
        {
            return row.ToModel();
        }

        // Listen first, then look again: a change between the two looks would be missed else.
        var change = signals.NextChange(id);
        if ((await RowAsync(id, ct)) is var now && (now.State, now.Step, now.BytesDone) != (row.State, row.Step, row.BytesDone))
        {
            if (TaskStates.Ended(now.State))
            {
                // The end may have gone before we listened: nobody else would drop the entry.
                signals.Changed(id);
            }

            return now.ToModel();
        }

        try
        {
            await change.WaitAsync(wait, time, ct);
        }
        catch (TimeoutException)
        {
            // Nothing changed: the same answer again.
        }

        return (await RowAsync(id, ct)).ToModel();
    }

    /// <summary>One task, or null.</summary>
    public async Task<TaskModel?> FindAsync(string id, CancellationToken ct) =>
        (await store.ReadAsync(db => db.Tasks.FindAsync(id, ct), ct))?.ToModel();

    /// <summary>One page of tasks, newest first.</summary>
    public async Task<ListModel<TaskModel>> ListAsync(TaskQuery query, CancellationToken ct)
    {
        var (rows, next) = await store.ReadAsync(db => db.Tasks.PageAsync(query, ct), ct);
        return new ListModel<TaskModel>([.. rows.Select(r => r.ToModel())], next);
    }

    /// <summary>Tasks that have not ended.</summary>
    public Task<List<TaskRow>> UnfinishedAsync(CancellationToken ct) =>
        store.ReadAsync(db => db.Tasks.UnfinishedAsync(ct), ct);

    /// <summary>The unfinished task of a VM.</summary>
    public Task<TaskRow?> UnfinishedOfAsync(string vmId, CancellationToken ct) =>
        store.ReadAsync(db => db.Tasks.UnfinishedOfAsync(vmId, ct), ct);

    private static async Task RefuseSecondAsync(CenterDb db, VmRow vm, CancellationToken ct)
    {
        if (await db.Tasks.FindUnfinishedOfVmAsync(vm.Id, ct) is { } other)
        {
            throw new FaultException(InUse(vm.Name, other.Kind, other.Id));
        }
    }

    /// <summary>What is refused for want of a privilege is told of when nothing of it stands any more.</summary>
    private async Task BeginAsync(Func<CenterDb, Task> write, CancellationToken ct)
    {
        try
        {
            await store.WriteAsync(write, ct);
        }
        catch (FaultException e)
        {
            await TellRefusalAsync(e);
            throw;
        }
    }

    /// <summary>Has a refusal for want of a privilege told, outside of the transaction in which it came up.</summary>
    internal Task TellRefusalAsync(Exception e) =>
        e is FaultException { Fault.Type: FaultTypes.NoPermission } refusal ? begin.RefusedAsync(refusal) : Task.CompletedTask;

    private static Fault InUse(string vm, string kind, string id) => new(FaultTypes.ResourceInUse, "lorica.taskUnderWay", vm,
        $"Task {id} ({kind}) works on {vm}.", "Wait for its end.");

    private async Task EndAsync(string id, Fault? fault, Func<CenterDb, Task>? also, CancellationToken ct)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        TaskRow? ended = null;
        await store.WriteAsync(
            async db =>
            {
                var row = await db.Tasks.GetAsync(id, ct);
                if (TaskStates.Ended(row.State))
                {
                    return;
                }

                db.Caller = row.ToCaller();
                row.State = fault is null ? TaskStates.Succeeded
                    : fault.Type == FaultTypes.RequestCanceled ? TaskStates.Cancelled : TaskStates.Failed;
                row.Fault = fault is null ? null : TaskMapping.ToJson(fault);
                row.Percent = fault is null ? 100 : row.Percent;
                row.BytesDone = fault is null ? row.BytesTotal : row.BytesDone;
                row.Step = fault is null ? "" : row.Step;
                row.EndedAt = now;
                ended = row;
                await Revisions.RaiseAsync(db, row.Kind, row.ObjectKind, row.ObjectId, ct);
                if (row.OtherVmId.Length > 0)
                {
                    await db.Revisions.RaiseAsync(ObjectKinds.Vm, row.OtherVmId, ct);
                }

                if (also is not null)
                {
                    await also(db);
                }
            },
            ct);
        if (ended is not null)
        {
            ControlPlaneTelemetry.TaskEnded(ended.Kind, ended.State, (now - ended.StartedAt) / 1000.0);
        }

        signals.Ended(id);
    }

    private async Task<TaskRow> RowAsync(string id, CancellationToken ct) =>
        await store.ReadAsync(db => db.Tasks.FindAsync(id, ct), ct) ?? throw NotFound(id);

    private TaskRow NewRow(string kind, VmRow vm, Caller caller, VmTaskArguments arguments) => new TaskRow
    {
        Id = Guid.NewGuid().ToString("D"),
        Kind = kind,
        VmId = vm.Id,
        ObjectId = vm.Id,
        Target = vm.Name,
        State = TaskStates.Queued,
        UserName = caller.User,
        StartedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        Epoch = vm.Epoch + 1,
        Arguments = TaskArguments.Format(arguments),
        PolicyId = arguments.PolicyId,
        ParentId = TaskParent.Current,
    }.AskedBy(caller);
}
