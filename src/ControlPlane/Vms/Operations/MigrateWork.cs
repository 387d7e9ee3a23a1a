using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// Moves a powered-off VM to another host that sees the same files.
/// <code>
/// 1 leave    the old host forgets the VM; its lock file says free, with this task's epoch
/// 2 look     the new host reads that very epoch: it sees the same files, not a copy
/// 3 place    the center places it on the new host: from now on keys go there and nowhere else
/// 4 arrive   keys delivered, files verified, registered
/// 5 end      keys leave the old host
///   else     the new host forgets it, placed on the old one again, which takes it back
/// </code>
/// Between 1 and 4 the VM is on no host's list and runs nowhere; its task is under way, so nothing else is let in. A run that
/// dies is gone over from 1 by the next; each step finds what is done.
/// </summary>
internal sealed class MigrateWork(
    HostLinks links, VmLookup lookup, VmDescriptionCache snapshots, KeyRegister register, LifeCalls calls,
    TaskStore tasks, CenterStore store, EventLog events, IGrainFactory grains, HostCrypto hostCrypto, ResumeCheck resume)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    /// <summary>Runs.</summary>
    public async Task RunAsync(WorkContext context, CancellationToken ct)
    {
        var (task, vm, life) = (context.Task, context.Vm, context.Arguments.Life!);
        var records = await lookup.RecordsAsync(vm.Id, ct);
        List<ExpectedKey> keys =
            [.. records.Where(r => r.InUse).Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).Distinct()];
        await resume.RequireAsync(context, async () => await calls.FindAsync(context, life.FromHostId, ct) is null, ct);
        VmDescription files;
        try
        {
            if (context.Resumed && keys.Count > 0)
            {
                await hostCrypto.EnsureSafeIfThereAsync(task, life.HostId, ct);
            }

            // Step 1
            await LeaveAsync(context, life.FromHostId, ct);

            // Step 2
            await RequireSameFilesAsync(context, ct);

            // Step 3
            await PlaceAsync(vm.Id, life.HostId, ct);

            // Step 4
            files = await ArriveAsync(context, life.HostId, keys, records, ct);
        }
        catch (Exception e) when (e is RpcException or FaultException && !ct.IsCancellationRequested)
        {
            await BackAsync(
                context, keys, records, e is FaultException f ? f.Fault : FaultCodec.FromRpc((RpcException)e, "the host"), ct);
            return;
        }

        // Step 5
        await snapshots.SaveAsync(files, ct);
        await tasks.SucceedAsync(
            task.Id,
            async db =>
            {
                await register.SettleAsync(db, files, mayWeaken: false, task.UserName, vm.Name, ct);
                events.Add(db, EventIds.VmMigrated, task.UserName, vm.Name,
                    $"{task.UserName} migrated {vm.Name} ({vm.Id}) from host {life.FromHostId} to {life.HostId}.");
            },
            ct);
        await ReleaseAsync(life.FromHostId, keys);
    }

    /// <summary>
    /// The names of datastores prove nothing, and neither does a copy of the files: the new host must read the epoch that the old
    /// one has just written into the lock file.
    /// </summary>
    private async Task RequireSameFilesAsync(WorkContext context, CancellationToken ct)
    {
        var (vm, life) = (context.Vm, context.Arguments.Life!);
        var there = (await calls.AskAsync(
            context, "look", Timeout, o =>
                links.Client(life.HostId).InspectVmAsync(new InspectVmRequest { Path = life.Path }, o), ct)).Vm;
        if (there.VmId != vm.Id || there.Lock is not { Held: false } found || found.Epoch != context.Task.Epoch)
        {
            throw new FaultException(OtherDatastore(vm.Name, life.Path));
        }
    }

    private async Task LeaveAsync(WorkContext context, string hostId, CancellationToken ct)
    {
        try
        {
            await calls.AskAsync(
                context, "leave", Timeout,
                o => links.Client(hostId)
                    .UnregisterVmAsync(new UnregisterVmRequest { VmId = context.Vm.Id, Epoch = context.Task.Epoch }, o), ct);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            // An earlier attempt did it.
        }
    }

    private Task PlaceAsync(string vmId, string hostId, CancellationToken ct) => store.WriteAsync(
        db => db.Vms.Where(v => v.Id == vmId).ExecuteUpdateAsync(s => s.SetProperty(v => v.HostId, hostId), ct), ct);

    private async Task<VmDescription> ArriveAsync(
        WorkContext context, string hostId, List<ExpectedKey> keys, List<KeyRecordRow> records, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        if (keys.Count > 0)
        {
            await tasks.ProgressAsync(task.Id, "keys", 0, 0, ct);
            (await grains.GetGrain<IHostGrain>(hostId).DeliverInTimeAsync(keys, "migrate")).ThrowIfMissing(vm.Name);
        }

        var request = new RegisterVmRequest { VmId = vm.Id, Epoch = task.Epoch, Path = context.Arguments.Life!.Path };
        request.Records.AddRange(KeyRegister.ToWire(records));
        return await calls.AskAsync(context, "arrive", Timeout, o => links.Client(hostId).RegisterVmAsync(request, o), ct);
    }

    /// <summary>The old host takes it back; what it does not take is said with the reason for which it had to.</summary>
    private async Task BackAsync(
        WorkContext context, List<ExpectedKey> keys, List<KeyRecordRow> records, Fault fault, CancellationToken ct)
    {
        var (task, vm, life) = (context.Task, context.Vm, context.Arguments.Life!);
        try
        {
            await LeaveAsync(context, life.HostId, ct);
            await PlaceAsync(vm.Id, life.FromHostId, ct);
            if (await calls.FindAsync(context, life.FromHostId, ct) is null)
            {
                await snapshots.SaveAsync(await ArriveAsync(context, life.FromHostId, keys, records, ct), ct);
            }
        }
        catch (Exception e) when (e is RpcException or FaultException && !ct.IsCancellationRequested)
        {
            string why = e is FaultException f ? f.Fault.Message : FaultCodec.FromRpc((RpcException)e, "the host").Message;
            fault = fault with
            {
                Message = $"{fault.Message} The host that it came from did not take it back either: {why}",
                Hint = $"Migrate {vm.Name} again.",
            };
        }

        await tasks.FailAsync(task.Id, fault, also: null, ct);
        await ReleaseAsync(life.HostId, keys);
    }

    private async Task ReleaseAsync(string hostId, List<ExpectedKey> keys)
    {
        if (keys.Count > 0)
        {
            await grains.GetGrain<IHostGrain>(hostId).ReleaseAsync(keys);
        }
    }

    /// <summary>The refusal of a host that sees other files.</summary>
    internal static Fault OtherDatastore(string vm, string path) => new(FaultTypes.NotSupported, "lorica.otherDatastore", vm,
        $"The host does not see {path} of {vm}: its datastore of that name is another one.",
        "Relocate the VM to a datastore that both hosts see first.");
}
