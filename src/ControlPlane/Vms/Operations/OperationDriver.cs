using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Telemetry;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// Runs the work of a task to its end. Each kind of work can be taken up again from the table alone: it looks at what is there
/// before it acts.
/// <code>
/// runs ─ done, or said why not ──────────────► ended
///  │ └── the center stops ───────────────────► unfinished; the next start takes it up
///  └──── the database fails ─ pause ─ again ─► (after some tries, unless the files say that it is begun) failed
/// </code>
/// </summary>
internal sealed partial class OperationDriver(
    OperationRegistry operations, VmLookup lookup, VmLook look, TaskStore tasks, EventLog events, TimeProvider time,
    ILogger<OperationDriver> log)
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
        try
        {
            LogBegun(log, task.Id, task.Kind, task.Target, resumed);
            await RunToItsEndAsync(task, resumed, ct);
            LogEnded(log, task.Id, task.Kind, task.Target);
        }
        catch (Exception e) when (ct.IsCancellationRequested)
        {
            LogStopped(log, task.Id, task.Kind, e.GetType().Name);
        }
        catch (Exception e)
        {
            activity?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, e.GetType().Name);
            await FailAsync(task, e, ct);
        }
    }

    /// <summary>
    /// Each try reads task and VM anew: what a try before it has written counts, and what it remembers does not.
    /// </summary>
    private async Task RunToItsEndAsync(TaskRow begun, bool resumed, CancellationToken ct)
    {
        var (pause, context) = (FirstPause, default(WorkContext));
        for (int tries = 1; ; tries++)
        {
            try
            {
                var task = tries == 1 ? begun : await tasks.UnfinishedOfAsync(begun.VmId, ct);
                if (task?.Id != begun.Id)
                {
                    return;
                }

                var work = operations.Of(task.Kind);
                var arguments = TaskArguments.Parse(task.Arguments);
                context = new WorkContext(
                    task, await lookup.FindAsync(task.VmId, ct),
                    arguments, Resumed: resumed || tries > 1)
                {
                    Needs = work.Info.Needs(arguments.Asked),
                    Cancelled = await tasks.CancellationOfAsync(task, ct),
                };
                await work.RunAsync(context, ct);
                return;
            }
            catch (Exception e) when (CenterStore.IsFailure(e) && !ct.IsCancellationRequested)
            {
                LogAgain(log, e, begun.Id, begun.Kind, begun.Target);
                if (tries >= DatabaseTries && !await MustGoOnAsync(context, ct))
                {
                    throw;
                }
            }

            await Task.Delay(pause, time, ct);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>
    /// Whether no number of tries ends it: the files say, or may say, that it is begun, or it has a VM on its way, which only its
    /// own end puts into its place or takes back.
    /// </summary>
    private async Task<bool> MustGoOnAsync(WorkContext? context, CancellationToken ct)
    {
        try
        {
            return context is null || await operations.Of(context.Task.Kind).MustGoOnAsync(context, ct);
        }
        catch (Exception e) when (CenterStore.IsFailure(e) && !ct.IsCancellationRequested)
        {
            return true;
        }
    }

    /// <summary>A task that has not ended blocks its VM, so its end is written again and again until the table takes it or the
    /// center stops.</summary>
    private async Task FailAsync(TaskRow task, Exception e, CancellationToken ct)
    {
        var fault = HostFailures.IsGivenUp(e) && await IsCancelledAsync(task)
            ? await CancelledAsync(task) : tasks.FaultOf(e, task.Target, task.Id);
        LogFailed(log, e is FaultException { InnerException: null } ? null : e, task.Id, task.Kind, task.Target, fault.Message);
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await tasks.FailAsync(task.Id, fault, db => NoteAsync(db, task, fault), CancellationToken.None);
                await look.NudgeAsync(task.VmId);
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

    private async Task<bool> IsCancelledAsync(TaskRow task)
    {
        try
        {
            return (await tasks.CancellationOfAsync(task, CancellationToken.None)).IsCancellationRequested;
        }
        catch (Exception e) when (HostFailures.IsPassing(e))
        {
            return false;
        }
    }

    /// <summary>The table may be out of reach just now; who asked is then not said.</summary>
    private async Task<Fault> CancelledAsync(TaskRow task)
    {
        try
        {
            return await tasks.CancelledAsync(task.Id, CancellationToken.None);
        }
        catch (Exception e) when (HostFailures.IsPassing(e))
        {
            return TaskStore.Cancelled(task);
        }
    }

    private Task NoteAsync(CenterDb db, TaskRow task, Fault fault)
    {
        if (fault.Type == FaultTypes.NoDiskSpace)
        {
            events.Add(db, EventIds.NoDiskSpace, task.UserName, task.Target, fault.Message);
        }

        if (operations.Works.FirstOrDefault(w => w.Info.Kind == task.Kind)?.Info.FailureEvent is { } told)
        {
            events.Add(db, told, task.UserName, task.Target, fault.Message);
        }

        return Task.CompletedTask;
    }

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
