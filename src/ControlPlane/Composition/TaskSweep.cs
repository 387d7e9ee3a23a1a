using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Background;
using Lorica.ControlPlane.PolicyBatches;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Lorica.Store.Rows;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Composition;

/// <summary>
/// Gives every task that has not ended to the grain of its VM, which takes it up again or fails it with its reason: once when the
/// center starts, and from then on what stands for a whole <see cref="Period"/>. Between the transaction that begins a task
/// and the call that hands it over, a call may break off; the task would block its VM until the next start.
/// </summary>
public sealed partial class TaskSweep(TaskStore tasks, IGrainFactory grains, ILogger<TaskSweep> log) : BackgroundJob
{
    private HashSet<string> _seen = [];

    /// <inheritdoc />
    public override string Name => "task-sweep";

    /// <inheritdoc />
    public override TimeSpan Period => TimeSpan.FromSeconds(30);

    /// <summary>Sweeps what the last run of the center left.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        foreach (var task in await tasks.UnfinishedAsync(ct))
        {
            if (task.VmId.Length == 0 && task.Kind != TaskKinds.PolicyApply)
            {
                await tasks.FailAsync(task.Id, Interrupted(task), also: null, ct);
            }
            else
            {
                await TakeUpAsync(task);
            }
        }
    }

    /// <summary>
    /// Hands over what was unfinished at the look before, too. Whoever works on it already takes no notice; a task of no VM
    /// belongs to the call that began it.
    /// </summary>
    public override async Task RunAsync(CancellationToken ct)
    {
        var unfinished = await tasks.UnfinishedAsync(ct);
        foreach (var task in unfinished.Where(t => _seen.Contains(t.Id)))
        {
            if (task.VmId.Length == 0 && task.Kind != TaskKinds.PolicyApply)
            {
                continue;
            }

            try
            {
                await TakeUpAsync(task);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                // A grain that is busy for long: the others come first, and it the next time.
                LogFailed(log, e);
            }
        }

        _seen = unfinished.Select(t => t.Id).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Work that goes on tells where it was asked for, as before.</summary>
    private async Task TakeUpAsync(TaskRow task)
    {
        using var caller = CurrentCaller.Enter(task.ToCaller());
        if (task.Kind == TaskKinds.PolicyApply)
        {
            await grains.GetGrain<IPolicyBatchGrain>(task.Id).RunAsync();
        }
        else
        {
            await grains.GetGrain<IVmGrain>(task.VmId).ResumeAsync();
        }
    }

    private static Fault Interrupted(TaskRow task) => new(FaultTypes.InvalidState, "lorica.interrupted", task.Target,
        "The center stopped in the middle of it.", "Ask for it again.");

    [LoggerMessage(2251, LogLevel.Warning, "Unfinished tasks were not looked at and are again soon")]
    private static partial void LogFailed(ILogger log, Exception e);
}
