using System.Runtime.CompilerServices;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Feed;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store.Queries;

namespace Lorica.ControlPlane.History;

/// <summary>
/// Tasks, as the faces of the center see them. Everyone sees the tasks that they asked for; those of others who may see the
/// object; a list without bounds who may see the root.
/// </summary>
public sealed class TaskService(TaskStore board, ChangeFeed feed, EventLog events, IAuthorizer authorizer)
{
    /// <summary>One page of tasks, newest first; who does not see the root gets their own.</summary>
    public async Task<ListModel<TaskModel>> ListAsync(Caller caller, TaskQuery query, CancellationToken ct)
    {
        if (!await authorizer.HoldsAsync(caller, Privileges.View, ObjectRef.Root, ct))
        {
            if (query.User is { } other && other != caller.User)
            {
                await authorizer.RequireAsync(caller, Privileges.View, ObjectRef.Root, ct);
            }

            query = query with { User = caller.User };
        }

        return await board.ListAsync(query, ct);
    }

    /// <summary>One task; after <paramref name="wait"/>, at its next change, or at its end.</summary>
    public async Task<TaskModel> GetAsync(Caller caller, string id, TimeSpan wait, CancellationToken ct)
    {
        var task = await board.GetAsync(id, ct);
        await RequireSeenAsync(caller, task, ct);
        return wait > TimeSpan.Zero ? await board.WaitAsync(id, wait, ct) : task;
    }

    /// <summary>Asks a task to end: their own, or with Global.CancelTask at the object.</summary>
    public async Task<TaskModel> CancelAsync(Caller caller, string id, CancellationToken ct)
    {
        var task = await board.GetAsync(id, ct);
        await RequireSeenAsync(caller, task, ct);
        if (task.User != caller.User)
        {
            await authorizer.RequireAsync(caller, Privileges.CancelTask, About(task), ct);
        }

        var asked = await board.RequestCancelAsync(id, caller.User, ct);
        await events.AddAsync(EventIds.TaskCancelRequested, caller, About(task),
            $"{caller.User} asked to cancel task {id} ({task.Kind}) of {task.Target}.", CancellationToken.None);
        return asked;
    }

    /// <summary>
    /// The unfinished tasks, then each task that changes, until <paramref name="ct"/>; null from time to time, to keep the
    /// connection.
    /// </summary>
    public async IAsyncEnumerable<TaskModel?> WatchAsync(Caller caller, [EnumeratorCancellation] CancellationToken ct)
    {
        long after = await feed.LatestAsync(ct);
        foreach (var task in (await ListAsync(caller, new TaskQuery { State = "unfinished" }, ct)).Items.Reverse())
        {
            yield return task;
        }

        await foreach (var changes in feed.FollowAsync(after, ChangeKinds.Task, ct))
        {
            if (changes.Count == 0)
            {
                yield return null;
                continue;
            }

            // Rights may have been withdrawn since the last change.
            bool all = await authorizer.HoldsAsync(caller, Privileges.View, ObjectRef.Root, ct);
            foreach (string id in changes.Select(c => c.Id).Distinct(StringComparer.Ordinal))
            {
                if (await board.FindAsync(id, ct) is { } task && (all || await SeesAsync(caller, task, ct)))
                {
                    yield return task;
                }
            }
        }
    }

    private async Task RequireSeenAsync(Caller caller, TaskModel task, CancellationToken ct)
    {
        if (task.User != caller.User)
        {
            await authorizer.RequireAsync(caller, Privileges.View, About(task), ct);
        }
    }

    private async Task<bool> SeesAsync(Caller caller, TaskModel task, CancellationToken ct) =>
        task.User == caller.User || await authorizer.HoldsAsync(caller, Privileges.View, About(task), ct);

    private static ObjectRef About(TaskModel task) =>
        task.ObjectId.Length > 0 ? new ObjectRef(task.ObjectKind, task.ObjectId, task.Target) : ObjectRef.Root;
}
