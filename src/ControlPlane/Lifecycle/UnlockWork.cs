using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Lifecycle;

/// <summary>
/// Unlocks a VM. Its keys were delivered before the task began, or the request would have been refused with the reason of each;
/// here its host is compared with the records at once, which ends alarm and state, and a VM that is still locked is said to be.
/// </summary>
internal sealed class UnlockWork(VmLookup lookup, TaskBoard tasks, IGrainFactory grains, ResumeCheck resume)
{
    /// <summary>Runs.</summary>
    public async Task RunAsync(WorkContext context, CancellationToken ct)
    {
        await resume.RequireAsync(context, halfDone: null, ct);
        await tasks.ProgressAsync(context.Task.Id, "keys", 0, 0, ct);
        await grains.GetGrain<IHostGrain>(context.Vm.HostId).ReconcileAsync();
        var vm = await lookup.FindAsync(context.Vm.Id, ct);
        var missing = JsonSerializer.Deserialize(vm.LockedKeys, StoreJson.Default.ListKeyReason) ?? [];
        if (missing.Count > 0)
        {
            throw new FaultException(KeyFaults.Missing(vm.Name, missing));
        }

        await tasks.SucceedAsync(context.Task.Id, also: null, ct);
    }
}
