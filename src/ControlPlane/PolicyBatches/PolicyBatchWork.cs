using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Operations.SetPolicy;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.PolicyBatches;

/// <summary>
/// Applies a policy to many VMs, some at the same time, each with its own task; what one refuses never stops the others.
/// <code>
/// waiting ──its own task begins──► running ──its task ends──► succeeded / failed
///    └────── refused before a task began, or the whole was cancelled ──► failed
/// </code>
/// The table is the truth. A stop between "its task begins" and its note leaves <c>waiting</c>: the child is found again by its
/// parent. The privileges of the person who asked are checked for each VM at the moment it is its turn.
/// </summary>
internal sealed partial class PolicyBatchWork(
    CenterStore store, TaskStore tasks, TaskSignals signals, VmService vms, ILogger<PolicyBatchWork> log)
{
    /// <summary>Runs to the end of the task, or of <paramref name="ct"/>.</summary>
    public async Task RunAsync(string taskId, CancellationToken ct)
    {
        var (task, items) = await store.ReadAsync(
            async db => (await db.Tasks.GetAsync(taskId, ct), await db.PolicyBatches.OfTaskAsync(taskId, ct)), ct);
        if (TaskStates.Ended(task.State))
        {
            return;
        }

        if (items.Count == 0
            || JsonSerializer.Deserialize(task.Arguments, StoreJson.Default.PolicyBatchArguments) is not { } arguments)
        {
            await tasks.FailAsync(taskId, new Fault(FaultTypes.InvalidState, "lorica.interrupted", task.Target,
                "The center stopped in the middle of it.", "Ask for it again."), also: null, ct);
            return;
        }

        await tasks.EnterCancellableAsync(taskId, ct);
        var cancelled = await tasks.CancellationOfAsync(task, ct);
        using (TaskParent.Enter(taskId))
        {
            await Parallel.ForEachAsync(
                items.Where(i => !PolicyBatchStates.Ended(i.State)),
                new ParallelOptions { MaxDegreeOfParallelism = arguments.Parallel, CancellationToken = ct },
                async (item, token) => await OneAsync(task, arguments, item, items.Count, cancelled, token));
        }

        await EndAsync(task, cancelled.IsCancellationRequested, ct);
    }

    private async Task OneAsync(
        TaskRow task, PolicyBatchArguments arguments, PolicyBatchItemRow item, int count, CancellationToken cancelled,
        CancellationToken ct)
    {
        try
        {
            item.ChildTaskId ??= await store.ReadAsync(db => db.Tasks.PartAsync(task.Id, item.VmId, ct), ct);
            if (item.ChildTaskId is null)
            {
                if (cancelled.IsCancellationRequested)
                {
                    throw new FaultException(await tasks.CancelledAsync(task.Id, ct));
                }

                var request = new SetPolicyRequest
                {
                    Policy = arguments.PolicyId, Home = arguments.Home, Disks = arguments.Disks,
                };
                item.ChildTaskId = (await vms.BeginAsync(arguments.Caller, item.VmId, request, ct)).Id;
                item.State = PolicyBatchStates.Running;
                await NoteAsync(task, item, count, ct);
            }

            var child = await tasks.WaitAsync(item.ChildTaskId, TimeSpan.Zero, ct);
            while (!TaskStates.Ended(child.State))
            {
                child = await tasks.WaitAsync(child.Id, TaskStore.MaximumWait, ct);
            }

            item.State = child.State == TaskStates.Succeeded ? PolicyBatchStates.Succeeded : PolicyBatchStates.Failed;
            item.Action = child.Kind switch
            {
                TaskKinds.Encrypt => "encrypt",
                TaskKinds.Decrypt => "decrypt",
                _ => "none",
            };
            item.Fault = child.Fault is { } fault ? TaskMapping.ToJson(fault) : null;
        }
        catch (FaultException e)
        {
            (item.State, item.Fault) = (PolicyBatchStates.Failed, TaskMapping.ToJson(e.Fault));
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogFailed(log, e, task.Id, item.VmName);
            (item.State, item.Fault) = (PolicyBatchStates.Failed, TaskMapping.ToJson(tasks.FaultOf(e, item.VmName, task.Id)));
        }

        await NoteAsync(task, item, count, ct);
    }

    private async Task NoteAsync(TaskRow task, PolicyBatchItemRow item, int count, CancellationToken ct)
    {
        await store.WriteAsync(
            async db =>
            {
                await db.PolicyBatches.WriteAsync(item, ct);
                int done = (await db.PolicyBatches.CountAsync(task.Id, ct)).Where(s => PolicyBatchStates.Ended(s.Key))
                    .Sum(s => s.Value);
                await db.Tasks.SetProgressAsync(task.Id, done * 100 / count, $"{done} of {count} VMs", ct);
            },
            ct);
        signals.Changed(task.Id);
    }

    private async Task EndAsync(TaskRow task, bool cancelled, CancellationToken ct)
    {
        var counts = await store.ReadAsync(db => db.PolicyBatches.CountAsync(task.Id, ct), ct);
        int failed = counts.GetValueOrDefault(PolicyBatchStates.Failed);
        if (failed == 0)
        {
            await tasks.SucceedAsync(task.Id, also: null, ct);
        }
        else
        {
            await tasks.FailAsync(
                task.Id,
                cancelled ? await tasks.CancelledAsync(task.Id, ct)
                    : new Fault(FaultTypes.InvalidState, "lorica.applyIncomplete", task.Target,
                        $"\"{task.Target}\" could not be applied to {failed} of {counts.Values.Sum()} VMs.",
                        $"Each has its reason: lorica policy report {task.Id}"),
                also: null, ct);
        }
    }

    [LoggerMessage(2302, LogLevel.Error, "Task {TaskId}: the policy could not be applied to {Vm}")]
    private static partial void LogFailed(ILogger log, Exception e, string taskId, string vm);
}
