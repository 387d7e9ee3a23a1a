using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.UnlockVm;

/// <summary>
/// Unlocks a VM. Its keys were delivered before the task began, or the request would have been refused with the reason of each;
/// here its host is compared with the records at once, which ends alarm and state, and a VM that is still locked is said to be.
/// Keys that are not active on their KMS any more get their alarm.
/// </summary>
internal sealed class UnlockVmOperation(
    OperationServices services, VmLookup lookup, IGrainFactory grains, KeyCheck check, EventLog events)
    : VmOperation<UnlockVmRequest>(services)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.Unlock, "vm unlock", Privileges.CryptoRegisterVm);

    /// <summary>
    /// Who lets a VM run under a key that is not active any more has to be able to take it away from it.
    /// </summary>
    protected override async Task<UnlockVmRequest> PrepareAsync(
        Caller caller, VmRow vm, UnlockVmRequest request, List<string> asked, CancellationToken ct)
    {
        if (request.Deactivated)
        {
            asked.Add(Privileges.Recrypt);
            await RequireAsync(caller, Privileges.Recrypt, vm, ct);
        }

        return request;
    }

    /// <summary>In any power state, and of an interrupted job too; what is not locked is looked at all the same.</summary>
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, UnlockVmRequest request, CancellationToken ct)
    {
        var (vm, _, records) = await Vms.WholeAsync(vmId, ct);
        if (!records.Exists(r => r.InUse))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.notEncrypted", vm.Name,
                $"{vm.Name} is not encrypted, so it is never locked.", $"lorica vm show {vm.Name}"));
        }

        await Vms.RequireHeldAsync(
            caller, vm, records, request.Deactivated ? KeyDeliverer.UnlockDeactivated : KeyDeliverer.Unlock, ct);
        return new Begun(vm, request)
        {
            Also = (db, task) =>
            {
                if (request.Deactivated)
                {
                    events.Add(db, EventIds.CryptoOperation, caller.User, ObjectRef.Of(vm),
                        $"{caller.User}: {TaskKinds.Unlock} of {vm.Name} with keys that may not be active on their KMS any more, "
                            + $"task {task.Id}; keys "
                            + string.Join(", ", records.Where(r => r.InUse).Select(r => $"{r.Provider}/{r.KeyId}").Distinct()));
                }

                return Task.CompletedTask;
            },
        };
    }

    /// <inheritdoc />
    protected override async Task RunAsync(WorkContext context, UnlockVmRequest request, CancellationToken ct)
    {
        await Resume.RequireAsync(context, halfDone: null, ct);
        await Tasks.ProgressAsync(context.Task.Id, "keys", 0, 0, ct);
        await grains.GetGrain<IHostGrain>(context.Vm.HostId).ReconcileAsync();
        var vm = await lookup.FindAsync(context.Vm.Id, ct);
        var missing = JsonSerializer.Deserialize(vm.LockedKeys, StoreJson.Default.ListKeyReason) ?? [];
        if (missing.Count > 0)
        {
            throw new FaultException(KeyFaults.Missing(vm.Name, missing));
        }

        if (request.Deactivated)
        {
            // The alarm of a key that is not active stands from now on, not from the daily check on.
            var records = await lookup.RecordsAsync(vm.Id, ct);
            foreach (var key in records.Where(r => r.InUse).Select(r => (r.Provider, r.KeyId)).Distinct())
            {
                await check.RunAsync(key.Provider, key.KeyId, ct);
            }
        }

        await Tasks.SucceedAsync(context.Task.Id, also: null, ct);
    }

    /// <inheritdoc />
    protected override UnlockVmRequest FromFirst(FirstTaskArguments first) => new(first.Life!.Deactivated);
}
