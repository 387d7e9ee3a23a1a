using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Vms.Operations.RenameVm;

/// <summary>
/// Renames a VM. The new name was taken in the transaction that began the task; the host writes it into the VMX; a refusal gives
/// the old name back.
/// </summary>
internal sealed class RenameVmOperation(
    OperationServices services, HostLinks links, VmLookup lookup, VmDescriptionCache snapshots, KeyRegister register,
    LifeCalls calls,
    EventLog events)
    : VmOperation<RenameVmRequest>(services)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

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
            Also = (db, _) => db.Vms.Where(v => v.Id == vm.Id)
                .ExecuteUpdateAsync(s => s.SetProperty(v => v.Name, request.Name), ct),
        };
    }

    /// <inheritdoc />
    protected override async Task RunAsync(WorkContext context, RenameVmRequest request, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        var ask = new Contracts.Host.RenameVmRequest { VmId = vm.Id, Epoch = task.Epoch, Name = request.Name };
        ask.Records.AddRange(KeyRegister.ToWire(await lookup.RecordsAsync(vm.Id, ct)));
        try
        {
            await Resume.RequireAsync(
                context, async () => (await calls.FindAsync(context, vm.HostId, ct))?.Name != request.OldName, ct);
            var files = await calls.AskAsync(
                context, "files", Timeout, o => links.Client(vm.HostId).RenameVmAsync(ask, o), ct);
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
        catch (Exception e) when (e is RpcException or FaultException && !ct.IsCancellationRequested)
        {
            await Tasks.FailAsync(
                task.Id, e is FaultException f ? f.Fault : FaultCodec.FromRpc((RpcException)e, "the host"),
                db => db.Vms.Where(v => v.Id == vm.Id && v.Name == request.Name)
                    .ExecuteUpdateAsync(s => s.SetProperty(v => v.Name, request.OldName), ct),
                ct);
        }
    }

    /// <inheritdoc />
    protected override RenameVmRequest FromFirst(FirstTaskArguments first) => new(first.Life!.Name, first.Life.OldName);
}
