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
            await grains.GetGrain<IVmGrain>(task.VmId).ResumeAsync();
        }
    }
}
