using System.Text.Json;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Preflight;
using Lorica.ControlPlane.Providers;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// The rules of unregistering, renaming, migrating and of disks, in the order of <see cref="VmOperations"/>. Privileges were
/// checked by <see cref="LifeService"/>.
/// </summary>
internal sealed partial class LifeOperations(
    VmOperations operations, VmLookup lookup, TaskStore tasks, PolicyCatalog policies,
    ProviderService providers, IncomingRules coming, PreflightCheck preflight, PlacementService placement, HostCrypto hostCrypto,
    KeyPlanner planner, CenterStore store, HostLinks links, EventLog events, TimeProvider time)
{
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Begins the operation of a kind.</summary>
    public Task<TaskRow> BeginAsync(string id, Caller caller, string kind, LifeArguments life, CancellationToken ct) =>
        kind switch
        {
            TaskKinds.Unregister => UnregisterAsync(id, caller, life, ct),
            TaskKinds.Unlock => UnlockAsync(id, caller, life, ct),
            TaskKinds.Rename => RenameAsync(id, caller, life, ct),
            TaskKinds.Migrate => MigrateAsync(id, caller, life, ct),
            TaskKinds.AddDisk => AddDiskAsync(id, caller, life, ct),
            TaskKinds.AttachDisk => AttachDiskAsync(id, caller, life, ct),
            TaskKinds.DetachDisk or TaskKinds.RemoveDisk => DetachDiskAsync(id, caller, kind, life, ct),
            TaskKinds.ResizeDisk => ResizeDiskAsync(id, caller, life, ct),
            _ => throw new FaultException(new Fault(
                FaultTypes.NotSupported, "lorica.unknownTask", kind, $"There is no operation {kind}.")),
        };

    /// <summary>Locked and suspect VMs too: no key moves and no file is trusted.</summary>
    private async Task<TaskRow> UnregisterAsync(string id, Caller caller, LifeArguments life, CancellationToken ct)
    {
        var vm = await lookup.FindAsync(id, ct);
        await tasks.RefuseSecondAsync(vm, ct);
        if (life.Fenced)
        {
            await RequireLostAsync(vm, ct);
            return await BeginAsync(
                TaskKinds.Unregister, vm, caller, life with { Path = PathOf(vm) },
                (db, task) =>
                {
                    events.Add(db, EventIds.VmFenced, caller.User, vm.Name,
                        $"{caller.User} unregisters {vm.Name} ({vm.Id}) and says that its host {vm.HostId} is cut off for good; "
                        + $"task {task.Id}.");
                    return Task.CompletedTask;
                },
                ct: ct);
        }

        var files = await operations.DescribeAsync(vm, ct);
        if (files is not null)
        {
            EncryptionRules.RequireOff(files);
            RequireNoJob(vm, files);
        }

        return await BeginAsync(TaskKinds.Unregister, vm, caller, life with { Path = files?.Path ?? PathOf(vm) }, ct: ct);
    }

    /// <summary>A host that answers is asked: what somebody says of it does not count.</summary>
    private async Task RequireLostAsync(VmRow vm, CancellationToken ct)
    {
        var host = await store.ReadAsync(db => db.Hosts.AsNoTracking().FirstOrDefaultAsync(h => h.Id == vm.HostId, ct), ct);
        if (host is { State: HostStates.Connected })
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.hostConnected", host.Name,
                $"Host {host.Name} of {vm.Name} is connected, so it is not cut off.", $"lorica vm unregister {vm.Name}"));
        }
    }

    /// <summary>In any power state, and of an interrupted job too; what is not locked is looked at all the same.</summary>
    private async Task<TaskRow> UnlockAsync(string id, Caller caller, LifeArguments life, CancellationToken ct)
    {
        var (vm, _, records) = await operations.LookAsync(id, ct);
        if (!records.Exists(r => r.InUse))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.notEncrypted", vm.Name,
                $"{vm.Name} is not encrypted, so it is never locked.", $"lorica vm show {vm.Name}"));
        }

        await RequireKeysAsync(caller, vm, records, life.Deactivated ? KeyDeliverer.UnlockDeactivated : KeyDeliverer.Unlock, ct);
        return await BeginAsync(
            TaskKinds.Unlock, vm, caller, life,
            (db, task) =>
            {
                if (life.Deactivated)
                {
                    events.Add(db, EventIds.CryptoOperation, caller.User, ObjectRef.Of(vm),
                        $"{caller.User}: {TaskKinds.Unlock} of {vm.Name} with keys that may not be active on their KMS any more, "
                            + $"task {task.Id}; keys "
                            + string.Join(", ", records.Where(r => r.InUse).Select(r => $"{r.Provider}/{r.KeyId}").Distinct()));
                }

                return Task.CompletedTask;
            },
            ct: ct);
    }

    private async Task<TaskRow> RenameAsync(string id, Caller caller, LifeArguments life, CancellationToken ct)
    {
        VmNames.Check(life.Name);
        var (vm, files, records) = await operations.LookAsync(id, ct);
        if (vm.Name == life.Name)
        {
            throw new FaultException(new Fault(
                FaultTypes.AlreadyExists, "lorica.vmExists", life.Name, $"{vm.Name} has that name already."));
        }

        await RequireFreeNameAsync(store, life.Name, ct);
        RequireNoJob(vm, files);
        await RequireKeysAsync(caller, vm, [.. records.Where(r => r.ObjectId == vm.Id)], "rename", ct);
        return await BeginAsync(
            TaskKinds.Rename, vm, caller, life with { OldName = vm.Name },
            (db, _) =>
                db.Vms.Where(v => v.Id == vm.Id).ExecuteUpdateAsync(s => s.SetProperty(v => v.Name, life.Name), ct), ct: ct);
    }

    private async Task<TaskRow> MigrateAsync(string id, Caller caller, LifeArguments life, CancellationToken ct)
    {
        var vm = await lookup.FindAsync(id, ct);
        await tasks.RefuseSecondAsync(vm, ct);
        if (vm.HostId == life.HostId)
        {
            throw new FaultException(new Fault(
                FaultTypes.InvalidArgument, "lorica.sameHost", vm.Name, $"{vm.Name} is on that host already.",
                "Name another host."));
        }

        string path = PathOf(vm);
        if (await operations.DescribeAsync(vm, ct) is { } files)
        {
            var records = await lookup.RecordsAsync(vm.Id, ct);
            if (RecordCheck.Find(files, records, underWay: false) is { } suspect)
            {
                throw new FaultException(suspect);
            }

            EncryptionRules.RequireOff(files);
            RequireNoJob(vm, files);
            path = files.Path;
        }

        // A VM that an interrupted migration left on no host's list is found by the host that it goes to.
        var there = await InspectAsync(vm, life.HostId, path, ct);
        if (there.VmId != vm.Id)
        {
            throw new FaultException(MigrateWork.OtherDatastore(vm.Name, path));
        }

        // Neither host could take it on a full datastore, and then it would be on no list.
        var order = new PreflightRequest(vm, there, PreflightAction.Migrate, null, [])
        {
            Target = (life.HostId, DatastoreTags.OfPath(path)),
        };
        await preflight.RequireAsync(order, ct);
        if ((await lookup.RecordsAsync(vm.Id, ct)).Exists(r => r.InUse))
        {
            await hostCrypto.EnsureSafeAsync(caller, life.HostId, ct);
        }

        return await BeginAsync(TaskKinds.Migrate, vm, caller, life with { Path = path, FromHostId = vm.HostId }, ct: ct);
    }

    private async Task<VmDescription> InspectAsync(VmRow vm, string hostId, string path, CancellationToken ct)
    {
        try
        {
            return (await links.Client(hostId).InspectVmAsync(
                new InspectVmRequest { Path = path }, deadline: time.GetUtcNow().UtcDateTime + LookTimeout,
                cancellationToken: ct)).Vm;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound && FaultCodec.IsRefusal(e))
        {
            throw new FaultException(MigrateWork.OtherDatastore(vm.Name, path), e);
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            throw new FaultException(FaultCodec.FromRpc(e, "the host"), e);
        }
    }

    /// <summary>Refuses a name that a VM of the inventory has.</summary>
    internal static async Task RequireFreeNameAsync(CenterStore store, string name, CancellationToken ct)
    {
        if (await store.ReadAsync(db => db.Vms.AnyAsync(v => v.Name == name, ct), ct))
        {
            throw new FaultException(new Fault(
                FaultTypes.AlreadyExists, "lorica.vmExists", name, $"A VM {name} exists.", "Choose another name."));
        }
    }

    /// <summary>The host may hold keys, and has these.</summary>
    private async Task RequireKeysAsync(
        Caller caller, VmRow vm, List<KeyRecordRow> records, string operation, CancellationToken ct)
    {
        if (records.Exists(r => r.InUse))
        {
            await hostCrypto.EnsureSafeAsync(caller, vm.HostId, ct);
        }

        await operations.RequireKeysAsync(vm, records, operation, ct);
    }

    private static void RequireNoJob(VmRow vm, VmDescription files)
    {
        if (files.PendingJob.Length > 0)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.jobPending", vm.Name,
                $"An earlier {files.PendingJob} of {vm.Name} was not finished.", "Start it again: that finishes it."));
        }
    }

    private static string PathOf(VmRow vm) => vm.Snapshot is null ? "" : VmDescription.Parser.ParseFrom(vm.Snapshot).Path;

    private Task<TaskRow> BeginAsync(
        string kind, VmRow vm, Caller caller, LifeArguments life, Func<CenterDb, TaskRow, Task>? also = null,
        VmTaskArguments? more = null, CancellationToken ct = default) =>
        tasks.BeginAsync(
            kind, vm, caller, JsonSerializer.Serialize(
                (more ?? new VmTaskArguments()) with { Life = life }, StoreJson.Default.VmTaskArguments), also, ct);
}
