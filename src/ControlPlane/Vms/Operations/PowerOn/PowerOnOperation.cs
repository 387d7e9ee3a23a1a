using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.PowerOn;

/// <summary>Powers a VM on: whole, with every key, on a host in service.</summary>
internal sealed class PowerOnOperation(
    OperationServices services, PowerSteps power, HostDirectory hosts, OutageFinder outages, EventLog events)
    : VmOperation<PowerOnRequest>(services)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.PowerOn, "vm power on", Privileges.PowerOn);

    /// <inheritdoc />
    protected override async Task<PowerOnRequest> PrepareAsync(
        Caller caller, VmRow vm, PowerOnRequest request, List<string> asked, CancellationToken ct)
    {
        if (request.Fenced)
        {
            await hosts.RequireFencingAsync(caller, vm.HostId, ct);
        }

        return request;
    }

    /// <inheritdoc />
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, PowerOnRequest request, CancellationToken ct)
    {
        var (vm, files, records) = await Vms.WholeAsync(vmId, ct);
        if (files.PowerState == PowerState.On)
        {
            throw PowerSteps.Refused(vm, $"{vm.Name} is powered on already.");
        }

        await hosts.RequireInServiceAsync(vm.HostId, ct);
        if (files.PendingJob == UnfinishedWork.Rekey)
        {
            throw EncryptionRules.PendingRekey(vm.Name);
        }

        if (files.PendingJob is UnfinishedWork.Encrypt or UnfinishedWork.Decrypt)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.jobPending", vm.Name,
                $"An earlier {files.PendingJob?.Word()} of {vm.Name} was not finished.",
                    "Set the policy again: that finishes it."));
        }

        await outages.RequireNoneAsync(vm, ct);
        if (records.Exists(r => r.InUse))
        {
            await Vms.EnsureSafeAsync(caller, vm, () => RequireAllKeysAsync(vm, files, records), ct);
        }
        else
        {
            await RequireAllKeysAsync(vm, files, records);
        }

        return new Begun(vm, request)
        {
            Also = (db, task) =>
            {
                if (request.Fenced)
                {
                    events.Add(db, EventIds.VmFenced, caller.User, vm.Name,
                        $"{caller.User} powers on {vm.Name} ({vm.Id}) and says that the host that held it before is cut off for "
                            + $"good; task {task.Id}.");
                }

                return Task.CompletedTask;
            },
        };
    }

    /// <inheritdoc />
    protected override Task RunAsync(WorkContext context, PowerOnRequest request, CancellationToken ct) =>
        power.RunAsync(context, "starting", PowerState.On, request.Fenced, () => power.OnAsync(context, request.Fenced, ct), ct);

    /// <inheritdoc />
    protected override PowerOnRequest FromFirst(FirstTaskArguments first) => new(first.Fenced);

    /// <summary>Without a key of a disk the VM could run but for that disk, so the refusal names it and the way out.</summary>
    private async Task RequireAllKeysAsync(VmRow vm, VmFiles files, List<KeyRecordRow> records)
    {
        try
        {
            await Vms.RequireKeysAsync(vm, records, KeyDeliverer.PowerOn);
        }
        catch (FaultException e) when (KeyFaults.DiskOf(e.Fault, vm, files) is { } disk)
        {
            throw new FaultException(disk);
        }
    }
}
