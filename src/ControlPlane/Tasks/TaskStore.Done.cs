using Lorica.ControlPlane.Telemetry;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tasks;

/// <summary>Operations that are one transaction.</summary>
public sealed partial class TaskStore
{
    /// <summary>
    /// Runs an operation that is one transaction, and its task with it: either both are there, the task as succeeded, or neither.
    /// What is refused leaves no task, as with every operation that is refused before it begins.
    /// </summary>
    internal async Task<T> WriteAsync<T>(
        string kind, ObjectRef target, Caller caller, Func<CenterDb, Task<T>> write, CancellationToken ct)
    {
        var (id, start) = (Guid.NewGuid().ToString("D"), time.GetUtcNow().ToUnixTimeMilliseconds());
        var result = await store.WriteAsync(
            async db =>
            {
                db.Caller = caller;
                var value = await write(db);
                await Revisions.RequireAsync(db, target, caller, ct);
                await Revisions.RaiseAsync(db, kind, target.Kind, target.Id, ct);
                db.Tasks.Add(new TaskRow
                {
                    Id = id, Kind = kind, VmId = "", ObjectKind = target.Kind, ObjectId = target.Id, Target = target.Name,
                    State = TaskStates.Succeeded,
                    Percent = 100, UserName = caller.User, StartedAt = start,
                    EndedAt = time.GetUtcNow().ToUnixTimeMilliseconds(), ParentId = TaskParent.Current,
                }.AskedBy(caller));
                return value;
            },
            ct);
        ControlPlaneTelemetry.TaskEnded(kind, TaskStates.Succeeded, (time.GetUtcNow().ToUnixTimeMilliseconds() - start) / 1000.0);
        signals.Ended(id);
        return result;
    }
}
