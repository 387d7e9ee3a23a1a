using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.UnregisterVm;

/// <summary>
/// Takes a VM out of the inventory: host first (its lock file says free), then one transaction in which its records become known
/// and its row goes; then its keys leave the host. The files stay as they are.
/// A host that is cut off is not asked; it forgets the VM when it is back (<c>OrphanedVms</c>).
/// </summary>
internal sealed class UnregisterVmOperation(
    OperationServices services, HostSteps steps, HostDirectory hosts, CenterStore store, EventLog events,
    IGrainFactory grains, AlarmStore alarms, TimeProvider time)
    : VmOperation<UnregisterVmRequest>(services)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.Unregister, "vm unregister", Privileges.UnregisterVm);

    /// <inheritdoc />
    protected override async Task<UnregisterVmRequest> PrepareAsync(
        Caller caller, VmRow vm, UnregisterVmRequest request, List<string> asked, CancellationToken ct)
    {
        if (request.Fenced)
        {
            await hosts.RequireFencingAsync(caller, vm.HostId, ct);
        }

        return request;
    }

    /// <summary>Locked and suspect VMs too: no key moves and no file is trusted.</summary>
    protected override async Task<Begun> BeginAsync(
        string vmId, Caller caller, UnregisterVmRequest request, CancellationToken ct)
    {
        var vm = await Vms.FreeAsync(vmId, ct);
        if (request.Fenced)
        {
            await RequireLostAsync(vm, ct);
            return new Begun(vm, request with { Path = VmLook.PathOf(vm) })
            {
                Also = (db, task) =>
                {
                    events.Add(db, EventIds.VmFenced, caller.User, vm.Name,
                        $"{caller.User} unregisters {vm.Name} ({vm.Id}) and says that its host {vm.HostId} is cut off for good; "
                        + $"task {task.Id}.");
                    return Task.CompletedTask;
                },
            };
        }

        var files = await Vms.DescribeAsync(vm, ct);
        if (files is not null)
        {
            EncryptionRules.RequireOff(files);
            VmLook.RequireNoJob(vm, files);
        }

        return new Begun(vm, request with { Path = files?.Path ?? VmLook.PathOf(vm) });
    }

    /// <inheritdoc />
    protected override async Task RunAsync(WorkContext context, UnregisterVmRequest request, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        await Resume.RequireAsync(context, async () => await steps.FindAsync(context, vm.HostId, ct) is null, ct);
        if (!request.Fenced)
        {
            // Not there any more: an earlier attempt did it.
            await (await steps.BeginAsync(context, vm.HostId, "host", ct)).Vms.UnregisterAsync(vm.Id, task.Epoch, ct);
        }

        List<ExpectedKey> unused = [];
        await Tasks.SucceedAsync(
            task.Id,
            async db =>
            {
                var disks = await DisksAsync(db, vm.Id, ct);
                unused = await KnownKeys.LeaveAsync(
                    db, vm.Id, _ => true, r => disks.GetValueOrDefault(r.ObjectId, ""), ct);
                await db.PolicyAssociations.RemoveOfVmAsync(vm.Id, ct);
                await db.KnownVms.RemoveAsync(vm.Id, ct);
                db.KnownVms.Add(new KnownVmRow
                {
                    VmId = vm.Id, Name = vm.Name, HostId = vm.HostId, Path = request.Path, Epoch = task.Epoch,
                    LeftAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                });
                await alarms.ClearAllAsync(db, vm.Id, ct);
                await db.Vms.RemoveAsync(vm.Id, ct);
                events.Add(db, EventIds.VmUnregistered, task.UserName, vm.Name,
                    $"{task.UserName} unregistered {vm.Name} ({vm.Id}); its files stay at {request.Path}.");
            },
            ct);
        if (unused.Count > 0)
        {
            await grains.GetGrain<IHostGrain>(vm.HostId).ReleaseAsync(unused);
        }
    }

    /// <summary>A host that answers is asked: what somebody says of it does not count.</summary>
    private async Task RequireLostAsync(VmRow vm, CancellationToken ct)
    {
        var host = await store.ReadAsync(db => db.Hosts.FindAsync(vm.HostId, ct), ct);
        if (host is { State: HostStates.Connected })
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.hostConnected", host.Name,
                $"Host {host.Name} of {vm.Name} is connected, so it is not cut off.", $"lorica vm unregister {vm.Name}"));
        }
    }

    /// <summary>Where its disks lie, as last seen.</summary>
    private static async Task<Dictionary<string, string>> DisksAsync(CenterDb db, string vmId, CancellationToken ct)
    {
        byte[]? seen = await db.Vms.SnapshotAsync(vmId, ct);
        return seen is null ? [] : KeptDescriptions.FilesOf(seen).Disks.DistinctBy(d => d.ObjectId)
            .ToDictionary(d => d.ObjectId, d => d.Path, StringComparer.Ordinal);
    }

    /// <inheritdoc />
    protected override UnregisterVmRequest FromFirst(FirstTaskArguments first) => new(first.Life!.Fenced, first.Life.Path);
}
