using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// Renames a VM. The new name was taken in the transaction that began the task; the host writes it into the VMX; a refusal gives
/// the old name back.
/// </summary>
internal sealed class RenameWork(
    HostLinks links, VmLookup lookup, VmDescriptionCache snapshots, KeyRegister register, LifeCalls calls,
    TaskStore tasks, EventLog events, ResumeCheck resume)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    /// <summary>Runs.</summary>
    public async Task RunAsync(WorkContext context, CancellationToken ct)
    {
        var (task, vm, life) = (context.Task, context.Vm, context.Arguments.Life!);
        var request = new RenameVmRequest { VmId = vm.Id, Epoch = task.Epoch, Name = life.Name };
        request.Records.AddRange(KeyRegister.ToWire(await lookup.RecordsAsync(vm.Id, ct)));
        try
        {
            await resume.RequireAsync(
                context, async () => (await calls.FindAsync(context, vm.HostId, ct))?.Name != life.OldName, ct);
            var files = await calls.AskAsync(
                context, "files", Timeout, o => links.Client(vm.HostId).RenameVmAsync(request, o), ct);
            await snapshots.SaveAsync(files, ct);
            await tasks.SucceedAsync(
                task.Id,
                async db =>
                {
                    await register.SettleAsync(db, files, mayWeaken: false, task.UserName, life.Name, ct);
                    events.Add(db, EventIds.VmRenamed, task.UserName, life.Name,
                        $"{task.UserName} renamed {life.OldName} ({vm.Id}) to {life.Name}.");
                },
                ct);
        }
        catch (Exception e) when (e is RpcException or FaultException && !ct.IsCancellationRequested)
        {
            await tasks.FailAsync(
                task.Id, e is FaultException f ? f.Fault : FaultCodec.FromRpc((RpcException)e, "the host"),
                db => db.Vms.Where(v => v.Id == vm.Id && v.Name == life.Name)
                    .ExecuteUpdateAsync(s => s.SetProperty(v => v.Name, life.OldName), ct),
                ct);
        }
    }
}
