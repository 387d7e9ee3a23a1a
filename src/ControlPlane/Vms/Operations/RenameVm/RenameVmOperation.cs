using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.RenameVm;

/// <summary>
/// Renames a VM. The new name was taken in the transaction that began the task; the host writes it into the VMX; a refusal gives
/// the old name back.
/// </summary>
internal sealed class RenameVmOperation(
    OperationServices services, HostSteps hosts, VmLookup lookup, VmDescriptionCache snapshots, KeyRegister register,
    EventLog events)
    : VmOperation<RenameVmRequest>(services)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.Rename, "vm rename", Privileges.RenameVm);

    /// <inheritdoc />
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, RenameVmRequest request, CancellationToken ct)
    {
        VmNames.Check(request.Name);
        var (vm, files, records) = await Vms.WholeAsync(vmId, ct);
        if (vm.Name == request.Name)
        {
            throw new FaultException(new Fault(
                FaultTypes.AlreadyExists, "lorica.vmExists", request.Name, $"{vm.Name} has that name already."));
        }

        await Vms.RequireFreeNameAsync(request.Name, ct);
        VmLook.RequireNoJob(vm, files);
        await Vms.RequireHeldAsync(caller, vm, records.FindAll(r => r.ObjectId == vm.Id), "rename", ct);
        return new Begun(vm, request with { OldName = vm.Name })
        {
            Also = (db, _) => db.Vms.RenameAsync(vm.Id, request.Name, ct),
        };
    }

    /// <inheritdoc />
    protected override async Task RunAsync(WorkContext context, RenameVmRequest request, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        var edit = new VmEdit(vm.Id, task.Epoch, KeyRegister.Recorded(await lookup.RecordsAsync(vm.Id, ct)));
        try
        {
            await Resume.RequireAsync(
                context, async () => (await hosts.FindAsync(context, vm.HostId, ct))?.Name != request.OldName, ct);
            var files = await (await hosts.BeginAsync(context, vm.HostId, "files", ct)).Vms.RenameAsync(edit, request.Name, ct);
            await snapshots.SaveAsync(files, ct);
            await Tasks.SucceedAsync(
                task.Id,
                async db =>
                {
                    await register.SettleAsync(db, files, mayWeaken: false, task.UserName, request.Name, ct);
                    events.Add(db, EventIds.VmRenamed, task.UserName, request.Name,
                        $"{task.UserName} renamed {request.OldName} ({vm.Id}) to {request.Name}.");
                },
                ct);
        }
        catch (FaultException e) when (!ct.IsCancellationRequested)
        {
            await Tasks.FailAsync(
                task.Id, e.Fault,
                db => db.Vms.RenameAsync(vm.Id, request.Name, request.OldName, ct),
                ct);
        }
    }

    /// <inheritdoc />
    protected override RenameVmRequest FromFirst(FirstTaskArguments first) => new(first.Life!.Name, first.Life.OldName);
}
