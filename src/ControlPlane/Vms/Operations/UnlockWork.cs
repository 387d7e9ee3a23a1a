using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Queries;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// Unlocks a VM. Its keys were delivered before the task began, or the request would have been refused with the reason of each;
/// here its host is compared with the records at once, which ends alarm and state, and a VM that is still locked is said to be.
/// Keys that are not active on their KMS any more get their alarm.
/// </summary>
internal sealed class UnlockWork(VmLookup lookup, TaskStore tasks, IGrainFactory grains, ResumeCheck resume, KeyCheck check)
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

        if (context.Arguments.Life?.Deactivated == true)
        {
            // The alarm of a key that is not active stands from now on, not from the daily check on.
            var records = await lookup.RecordsAsync(vm.Id, ct);
            foreach (var key in records.Where(r => r.InUse).Select(r => (r.Provider, r.KeyId)).Distinct())
            {
                await check.RunAsync(key.Provider, key.KeyId, ct);
            }
        }

        await tasks.SucceedAsync(context.Task.Id, also: null, ct);
    }
}
