using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Inventory;

/// <summary>
/// Gives every task that has not ended to the grain of its VM, which takes it up again or fails it with its reason.
/// </summary>
public sealed class TaskSweep(TaskBoard tasks, IGrainFactory grains)
{
    /// <summary>Sweeps once.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        foreach (var task in await tasks.UnfinishedAsync(ct))
        {
            if (task.Kind == TaskKinds.PolicyApply)
            {
                await grains.GetGrain<IPolicyBatchGrain>(task.Id).RunAsync();
                continue;
            }

            if (task.VmId.Length == 0)
            {
                await tasks.FailAsync(task.Id, Interrupted(task), also: null, ct);
                continue;
            }

            await grains.GetGrain<IVmGrain>(task.VmId).ResumeAsync();
        }
    }

    private static Fault Interrupted(TaskRow task) => new(FaultTypes.InvalidState, "lorica.interrupted", task.Target,
        "The center stopped in the middle of it.", "Ask for it again.");
}
