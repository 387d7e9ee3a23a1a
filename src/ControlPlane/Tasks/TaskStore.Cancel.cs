using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Tasks;

/// <summary>
/// Cancelling.
/// <code>
/// work says: may be cancelled ──RequestCancel──► noted in the table, the work's token fires ──► the work undoes what it did,
///      │                                         then ends with RequestCanceled: cancelled
///      └─EnterUncancellable: no request is taken from here on (one that was taken before ends the work instead)
/// </code>
/// The note is in the table first: a center that dies between finds it when the work is taken up again.
/// </summary>
public sealed partial class TaskStore
{
    private const int MaximumResult = 256 * 1024;

    /// <summary>Asks the work of a task to end. It has ended only when the task says so.</summary>
    /// <exception cref="FaultException">It has ended, or cannot be cancelled (now).</exception>
    public async Task<TaskModel> RequestCancelAsync(string id, string user, CancellationToken ct)
    {
        var row = await store.WriteAsync(
            async db =>
            {
                var row = await db.Tasks.FindAsync(id, ct) ?? throw NotFound(id);
                if (TaskStates.Ended(row.State))
                {
                    throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.taskEnded", row.Target,
                        $"Task {id} ({row.Kind}) of {row.Target} has ended: {row.State}.", $"lorica task show {id}"));
                }

                if (!row.Cancellable)
                {
                    throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.notCancellable", row.Target,
                        $"Task {id} ({row.Kind}) of {row.Target} cannot be cancelled where it is.",
                        $"Wait for its end: lorica task wait {id}"));
                }

                row.CancelBy ??= user;
                return row;
            },
            ct);
        signals.Cancel(id);
        signals.Changed(id);
        return row.ToModel();
    }

    /// <summary>A token that fires when <paramref name="task"/> is asked to end; fired already when that was before.</summary>
    public async Task<CancellationToken> CancellationOfAsync(TaskRow task, CancellationToken ct)
    {
        var token = signals.CancellationOf(task.Id);
        bool asked = await store.ReadAsync(db => db.Tasks.IsAskedToEndAsync(task.Id, ct), ct);
        if (asked)
        {
            signals.Cancel(task.Id);
        }

        return token;
    }

    /// <summary>From here on the task may be cancelled.</summary>
    public async Task EnterCancellableAsync(string id, CancellationToken ct)
    {
        await store.WriteAsync(db => db.Tasks.AllowCancelAsync(id, ct), ct);
        signals.Changed(id);
    }

    /// <summary>The point of no return: from here on the task may not be cancelled.</summary>
    /// <exception cref="FaultException">RequestCanceled: somebody asked before.</exception>
    public async Task EnterUncancellableAsync(string id, CancellationToken ct)
    {
        if (!await store.WriteAsync(db => db.Tasks.ForbidCancelAsync(id, ct), ct))
        {
            throw new FaultException(await CancelledAsync(id, ct));
        }

        signals.Changed(id);
    }

    /// <summary>The fault with which the work of a cancelled task ends.</summary>
    public async Task<Fault> CancelledAsync(string id, CancellationToken ct) => Cancelled(await RowAsync(id, ct));

    /// <summary>Leaves a small result behind, together with whatever <paramref name="db"/> writes.</summary>
    public static async Task SetResultAsync<T>(CenterDb db, string id, T result, JsonTypeInfo<T> type, CancellationToken ct)
    {
        string json = JsonSerializer.Serialize(result, type);
        if (Encoding.UTF8.GetByteCount(json) > MaximumResult)
        {
            throw new InvalidOperationException($"The result of task {id} is larger than {MaximumResult} bytes.");
        }

        await db.Tasks.SetResultAsync(id, json, ct);
    }

    /// <summary>The same in a transaction of its own.</summary>
    public Task SetResultAsync<T>(string id, T result, JsonTypeInfo<T> type, CancellationToken ct) =>
        store.WriteAsync(db => SetResultAsync(db, id, result, type, ct), ct);

    internal static Fault Cancelled(TaskRow row) => new(FaultTypes.RequestCanceled, "lorica.cancelled", row.Target,
        $"{row.CancelBy ?? "Somebody"} cancelled {row.Kind} of {row.Target}.", "Ask for it again if it is still wanted.");

    private static FaultException NotFound(string id) => new(new Fault(FaultTypes.NotFound, "lorica.taskNotFound", id,
        $"There is no task {id}.", "See `lorica task ls`."));
}
