using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Preflight;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.MigrateVm;

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
internal sealed class MigrateVmOperation(
    OperationServices services, HostClient client, HostSteps steps, HostDirectory hosts, VmLookup lookup,
    VmDescriptionCache snapshots, KeyRegister register, PreflightCheck preflight, CenterStore store, EventLog events,
    IGrainFactory grains, HostCrypto hostCrypto)
    : VmOperation<MigrateVmRequest>(services)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.Migrate, "vm migrate", Privileges.ColdMigrate)
    {
        WhenEncrypted = Privileges.CryptoMigrate, IsNeverGivenUp = true,
    };

    /// <inheritdoc />
    protected override async Task<MigrateVmRequest> PrepareAsync(
        Caller caller, VmRow vm, MigrateVmRequest request, List<string> asked, CancellationToken ct)
    {
        var host = await hosts.FindAsync(request.Host, ct);
        await hosts.RequireInServiceAsync(host.Id, ct);
        return request with { Host = host.Id };
    }

    /// <inheritdoc />
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, MigrateVmRequest request, CancellationToken ct)
    {
        var vm = await Vms.FreeAsync(vmId, ct);
        if (vm.HostId == request.Host)
        {
            throw new FaultException(new Fault(
                FaultTypes.InvalidArgument, "lorica.sameHost", vm.Name, $"{vm.Name} is on that host already.",
                "Name another host."));
        }

        string path = VmLook.PathOf(vm);
        if (await Vms.DescribeAsync(vm, ct) is { } files)
        {
            if (RecordCheck.Find(files, await Vms.RecordsAsync(vm, ct), underWay: false) is { } suspect)
            {
                throw new FaultException(suspect);
            }

            EncryptionRules.RequireOff(files);
            VmLook.RequireNoJob(vm, files);
            path = files.Path;
        }

        // A VM that an interrupted migration left on no host's list is found by the host that it goes to.
        var there = await client.Once(request.Host, HostDeadlines.Look).Vms.InspectAsync(path, ct);
        if (there?.VmId != vm.Id)
        {
            throw new FaultException(OtherDatastore(vm.Name, path));
        }

        // Neither host could take it on a full datastore, and then it would be on no list.
        var order = new PreflightRequest(vm, there, PreflightAction.Migrate, null, [])
        {
            Target = (request.Host, DatastoreTags.OfPath(path)),
        };
        await preflight.RequireAsync(order, ct);
        if ((await Vms.RecordsAsync(vm, ct)).Exists(r => r.InUse))
        {
            await hostCrypto.EnsureSafeAsync(caller, request.Host, ct);
        }

        return new Begun(vm, request with { Path = path, FromHost = vm.HostId });
    }

    /// <inheritdoc />
    protected override async Task RunAsync(WorkContext context, MigrateVmRequest request, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        var records = await lookup.RecordsAsync(vm.Id, ct);
        List<ExpectedKey> keys =
            [.. records.Where(r => r.InUse).Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).Distinct()];
        await Resume.RequireAsync(context, async () => await steps.FindAsync(context, request.FromHost, ct) is null, ct);
        VmFiles files;
        try
        {
            if (context.Resumed && keys.Count > 0)
            {
                await hostCrypto.EnsureSafeIfThereAsync(task, request.Host, ct);
            }

            // Step 1
            await LeaveAsync(context, request.FromHost, ct);

            // Step 2
            await RequireSameFilesAsync(context, request, ct);

            // Step 3
            await PlaceAsync(vm.Id, request.Host, ct);

            // Step 4
            files = await ArriveAsync(context, request, request.Host, keys, records, ct);
        }
        catch (FaultException e) when (!ct.IsCancellationRequested)
        {
            await BackAsync(context, request, keys, records, e.Fault, ct);
            return;
        }

        // Step 5
        await snapshots.SaveAsync(files, ct);
        await Tasks.SucceedAsync(
            task.Id,
            async db =>
            {
                await register.SettleAsync(db, files, mayWeaken: false, task.UserName, vm.Name, ct);
                events.Add(db, EventIds.VmMigrated, task.UserName, vm.Name,
                    $"{task.UserName} migrated {vm.Name} ({vm.Id}) from host {request.FromHost} to {request.Host}.");
            },
            ct);
        await ReleaseAsync(request.FromHost, keys);
    }

    /// <summary>
    /// The names of datastores prove nothing, and neither does a copy of the files: the new host must read the epoch that the old
    /// one has just written into the lock file.
    /// </summary>
    private async Task RequireSameFilesAsync(WorkContext context, MigrateVmRequest request, CancellationToken ct)
    {
        var vm = context.Vm;
        var there = await (await steps.BeginAsync(context, request.Host, "look", ct)).Vms.ReadAsync(request.Path, ct);
        if (there.VmId != vm.Id || there.Lock is not { Held: false } found || found.Epoch != context.Task.Epoch)
        {
            throw new FaultException(OtherDatastore(vm.Name, request.Path));
        }
    }

    /// <summary>Not on the list any more: an earlier attempt did it.</summary>
    private async Task LeaveAsync(WorkContext context, string hostId, CancellationToken ct, bool undoes = false) =>
        await (await steps.BeginAsync(context, hostId, "leave", ct, undoes))
            .Vms.UnregisterAsync(context.Vm.Id, context.Task.Epoch, ct);

    private Task PlaceAsync(string vmId, string hostId, CancellationToken ct) => store.WriteAsync(
        db => db.Vms.SetHostAsync(vmId, hostId, ct), ct);

    private async Task<VmFiles> ArriveAsync(
        WorkContext context, MigrateVmRequest request, string hostId, List<ExpectedKey> keys, List<KeyRecordRow> records,
        CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        if (keys.Count > 0)
        {
            await Tasks.ProgressAsync(task.Id, "keys", 0, 0, ct);
            (await grains.GetGrain<IHostGrain>(hostId).DeliverInTimeAsync(keys, "migrate")).ThrowIfMissing(vm.Name);
        }

        var edit = new VmEdit(vm.Id, task.Epoch, KeyRegister.Recorded(records));
        var host = await steps.BeginAsync(context, hostId, "arrive", ct);
        return await host.Vms.RegisterAsync(edit, request.Path, fenced: false, ct);
    }

    /// <summary>The old host takes it back; what it does not take is said with the reason for which it had to.</summary>
    private async Task BackAsync(
        WorkContext context, MigrateVmRequest request, List<ExpectedKey> keys, List<KeyRecordRow> records, Fault fault,
        CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        try
        {
            await LeaveAsync(context, request.Host, ct, undoes: true);
            await PlaceAsync(vm.Id, request.FromHost, ct);
            if (await steps.FindAsync(context, request.FromHost, ct) is null)
            {
                await snapshots.SaveAsync(await ArriveAsync(context, request, request.FromHost, keys, records, ct), ct);
            }
        }
        catch (FaultException e) when (!ct.IsCancellationRequested)
        {
            fault = fault with
            {
                Message = $"{fault.Message} The host that it came from did not take it back either: {e.Fault.Message}",
                Hint = $"Migrate {vm.Name} again.",
            };
        }

        await Tasks.FailAsync(task.Id, fault, also: null, ct);
        await ReleaseAsync(request.Host, keys);
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

    /// <inheritdoc />
    protected override MigrateVmRequest FromFirst(FirstTaskArguments first) =>
        new(first.Life!.HostId, first.Life.FromHostId, first.Life.Path);
}
