using System.Text.Json.Serialization.Metadata;
using Lorica.Contracts.Faults;
using Lorica.Model;

namespace Lorica.ControlPlane.Tasks;

/// <summary>
/// Runs an operation that is not the work of a VM's grain as a task: the task is written first, then the work runs in the call,
/// then the task ends with its result. A center that dies between leaves a task that the sweep of the next start ends as
/// interrupted: such work must be safe to ask for again.
/// </summary>
public sealed class OperationRunner(TaskStore tasks)
{
    /// <summary>Runs <paramref name="work"/> as a task of <paramref name="kind"/> about <paramref name="target"/>.</summary>
    /// <param name="kind">One of <see cref="TaskKinds"/>.</param>
    /// <param name="target">What it is about.</param>
    /// <param name="caller">Who asked.</param>
    /// <param name="work">Is given the task's id, for progress.</param>
    /// <param name="ct">The caller went away.</param>
    /// <exception cref="FaultException">What the work refused; the task has failed with it.</exception>
    public async Task<T> RunAsync<T>(
        string kind, ObjectRef target, Caller caller, Func<string, Task<T>> work, CancellationToken ct)
    {
        var task = await tasks.BeginAsync(kind, target, caller, ct);
        try
        {
            var result = await work(task.Id);
            await tasks.SucceedAsync(task.Id, also: null, CancellationToken.None);
            return result;
        }
        catch (Exception e)
        {
            await tasks.FailAsync(task.Id, tasks.FaultOf(e, target.Name, task.Id), also: null, CancellationToken.None);
            await tasks.TellRefusalAsync(e);
            throw;
        }
    }

    /// <summary>
    /// The same for work that may be cancelled: its token fires when the task is asked to end or the caller goes away, and it
    /// calls
    /// <see cref="TaskStore.EnterUncancellableAsync"/> before what cannot be undone. Its result stays with the task.
    /// </summary>
    public async Task<T> RunCancellableAsync<T>(
        string kind, ObjectRef target, Caller caller, JsonTypeInfo<T> result, Func<string, CancellationToken, Task<T>> work,
        CancellationToken ct)
    {
        var task = await tasks.BeginAsync(kind, target, caller, ct);
        try
        {
            await tasks.EnterCancellableAsync(task.Id, ct);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(await tasks.CancellationOfAsync(task, ct), ct);
            var value = await work(task.Id, both.Token);
            await tasks.SucceedAsync(
                task.Id, db => TaskStore.SetResultAsync(db, task.Id, value, result, CancellationToken.None),
                CancellationToken.None);
            return value;
        }
        catch (Exception e)
        {
            var fault = e is OperationCanceledException ? await tasks.CancelledAsync(task.Id, CancellationToken.None)
                : tasks.FaultOf(e, target.Name, task.Id);
            await tasks.FailAsync(task.Id, fault, also: null, CancellationToken.None);
            await tasks.TellRefusalAsync(e);
            throw e is OperationCanceledException ? new FaultException(fault, e) : e;
        }
    }

    /// <summary>The same without a result.</summary>
    public Task RunAsync(string kind, ObjectRef target, Caller caller, Func<string, Task> work, CancellationToken ct) =>
        RunAsync(kind, target, caller, async id =>
        {
            await work(id);
            return true;
        }, ct);
}
