using System.Data.Common;
using System.Text.Json;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Events;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Inventory;

/// <summary>
/// Runs the work of a task to its end. Each kind of work can be taken up again from the table alone: it looks at what is there
/// before it acts.
/// <code>
/// runs ─ done, or said why not ──────────────► ended
///  │ └── the center stops ───────────────────► unfinished; the next start takes it up
///  └──── the database fails ─ pause ─ again ─► (after some tries) failed: what the host did is not lost for a moment of that
/// </code>
/// </summary>
internal sealed partial class VmWorks(
    CryptoWork crypto, CloneWork clone, RelocateWork relocate, CreateWork create, PowerWork power,
    DeleteWork delete, PolicyWork policy, Lifecycle.LifeWorks life, VmLookup lookup, TaskBoard tasks,
    EventLog events, TimeProvider time, ILogger<VmWorks> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>With the pauses some two minutes.</summary>
    private const int DatabaseTries = 9;

    /// <summary>Runs; never throws.</summary>
    public async Task RunAsync(TaskRow task, bool resumed, CancellationToken ct)
    {
        using var activity = ControlPlaneTelemetry.Activities.StartActivity("task " + task.Kind);
        activity?.SetTag("lorica.task", task.Id).SetTag("lorica.vm", task.VmId).SetTag("lorica.resumed", resumed);
        var cancelled = CancellationToken.None;
        try
        {
            LogBegun(log, task.Id, task.Kind, task.Target, resumed);
            var vm = await lookup.FindAsync(task.VmId, ct);
            var arguments = JsonSerializer.Deserialize(task.Arguments, StoreJson.Default.VmTaskArguments)
                ?? new VmTaskArguments();
            cancelled = await tasks.CancellationOfAsync(task, ct);
            var context = new WorkContext(task, vm, arguments, resumed) { Cancelled = cancelled };
            await RunAsync(context, ct);
            LogEnded(log, task.Id, task.Kind, task.Target);
        }
        catch (Exception e) when (ct.IsCancellationRequested)
        {
            LogStopped(log, task.Id, task.Kind, e.GetType().Name);
        }
        catch (Exception e)
        {
            activity?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, e.GetType().Name);
            await FailAsync(task, e, cancelled.IsCancellationRequested, ct);
        }
    }

    private async Task RunAsync(WorkContext context, CancellationToken ct)
    {
        var (work, pause) = (Kind(context.Task.Kind), FirstPause);
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (tries > 1)
                {
                    if (TaskStates.Ended((await tasks.GetAsync(context.Task.Id, ct)).State))
                    {
                        return;
                    }

                    context = context with { Vm = await lookup.FindAsync(context.Task.VmId, ct), Resumed = true };
                }

                await work(context, ct);
                return;
            }
            catch (Exception e) when (IsDatabase(e) && tries < DatabaseTries && !ct.IsCancellationRequested)
            {
                LogAgain(log, e, context.Task.Id, context.Task.Kind, context.Task.Target);
            }

            await Task.Delay(pause, time, ct);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private Func<WorkContext, CancellationToken, Task> Kind(string kind) => kind switch
    {
        TaskKinds.Encrypt or TaskKinds.Decrypt or TaskKinds.Recrypt => crypto.RunAsync,
        TaskKinds.Clone => clone.RunAsync,
        TaskKinds.Relocate => relocate.RunAsync,
        TaskKinds.Create => create.RunAsync,
        TaskKinds.Import => create.SettleImportAsync,
        TaskKinds.PowerOn or TaskKinds.PowerOff => power.RunAsync,
        TaskKinds.Delete => delete.RunAsync,
        TaskKinds.SetPolicy => policy.RunAsync,
        _ when life.Find(kind) is { } work => work,
        _ => throw new FaultException(new Fault(FaultTypes.NotSupported, "lorica.unknownTask", kind,
            $"This center does not know tasks of kind {kind}.", "It was begun by a newer one; use that.")),
    };

    /// <summary>A task that has not ended blocks its VM, so its end is written again and again until the table takes it or the
    /// center stops.</summary>
    private async Task FailAsync(TaskRow task, Exception e, bool cancelled, CancellationToken ct)
    {
        var fault = cancelled && IsCancellation(e) ? await CancelledAsync(task) : FaultOf(e, task);
        LogFailed(log, e is FaultException { InnerException: null } ? null : e, task.Id, task.Kind, task.Target, fault.Message);
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await tasks.FailAsync(task.Id, fault, db => NoteAsync(db, task, fault), CancellationToken.None);
                return;
            }
            catch (Exception inner)
            {
                LogFailed(log, inner, task.Id, task.Kind, task.Target, "its end could not be written");
            }

            await Task.Delay(pause, time, ct)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (ct.IsCancellationRequested)
            {
                // The task stays unfinished and is taken up again by the next start.
                return;
            }
        }
    }

    /// <summary>It failed, rather than finding that something is there already.</summary>
    private static bool IsDatabase(Exception e) => e is DbException or DbUpdateException && !CenterStore.IsDuplicate(e);

    private static bool IsCancellation(Exception e) =>
        e is OperationCanceledException || e is RpcException { StatusCode: StatusCode.Cancelled } r && !FaultCodec.IsRefusal(r);

    /// <summary>The table may be out of reach just now; who asked is then not said.</summary>
    private async Task<Fault> CancelledAsync(TaskRow task)
    {
        try
        {
            return await tasks.CancelledAsync(task.Id, CancellationToken.None);
        }
        catch (Exception e) when (HostCalls.IsPassing(e))
        {
            return TaskBoard.Cancelled(task);
        }
    }

    private Task NoteAsync(CenterDb db, TaskRow task, Fault fault)
    {
        if (fault.Type == FaultTypes.NoDiskSpace)
        {
            events.Add(db, EventIds.NoDiskSpace, task.UserName, task.Target, fault.Message);
        }

        if (task.Kind == TaskKinds.Recrypt)
        {
            events.Add(db, EventIds.RekeyFail, task.UserName, task.Target, fault.Message);
        }

        return Task.CompletedTask;
    }

    private static Fault FaultOf(Exception e, TaskRow task) => e switch
    {
        FaultException f => f.Fault,
        RpcException r => FaultCodec.FromRpc(r, "the host"),
        _ => new Fault(FaultTypes.SystemError, "lorica.systemError", task.Target, "Something failed that should not.",
            $"The center's log has more under task {task.Id}."),
    };

    [LoggerMessage(2205, LogLevel.Warning, "Task {TaskId} {Kind} of {Vm} is gone over again: the database failed")]
    private static partial void LogAgain(ILogger log, Exception e, string taskId, string kind, string vm);

    [LoggerMessage(2201, LogLevel.Information, "Task {TaskId} {Kind} of {Vm} begins (resumed: {Resumed})")]
    private static partial void LogBegun(ILogger log, string taskId, string kind, string vm, bool resumed);

    [LoggerMessage(2202, LogLevel.Information, "Task {TaskId} {Kind} of {Vm} ended well")]
    private static partial void LogEnded(ILogger log, string taskId, string kind, string vm);

    [LoggerMessage(2203, LogLevel.Warning, "Task {TaskId} {Kind} of {Vm} failed: {Reason}")]
    private static partial void LogFailed(ILogger log, Exception? e, string taskId, string kind, string vm, string reason);

    [LoggerMessage(2204, LogLevel.Information, "Task {TaskId} {Kind} is left for the next start ({What})")]
    private static partial void LogStopped(ILogger log, string taskId, string kind, string what);
}
