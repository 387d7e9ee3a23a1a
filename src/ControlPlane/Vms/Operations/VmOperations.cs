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

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// The rules of each operation on a VM, in this order: no other task · privilege (checked before by <see cref="VmService"/>) ·
/// files not suspect · power · snapshots · encrypted-ness · keys within reach. Only then epoch and task are taken.
/// </summary>
internal sealed partial class VmOperations(
    VmLookup lookup, VmDescriptionCache snapshots, KeyRegister register, TaskStore tasks, PolicyCatalog policies,
    ProviderService providers, PreflightCheck preflight, OutageFinder outages, HostCrypto hostCrypto, HostDirectory hosts,
    KeyPlanner planner, NamedKeys named, HostLinks links, PlacementService placement, EventLog events, TimeProvider time,
    IGrainFactory grains)
{
    /// <summary>Begins powering on or off.</summary>
    public async Task<TaskRow> PowerAsync(string id, Caller caller, PowerCommand command, CancellationToken ct)
    {
        if (!command.On)
        {
            return await PowerOffAsync(id, caller, command, ct);
        }

        var (vm, files, records) = await LookAsync(id, ct);
        if (files.PowerState == "poweredOn")
        {
            throw Power(vm, $"{vm.Name} is powered on already.");
        }

        await hosts.RequireInServiceAsync(vm.HostId, ct);
        if (files.PendingJob == "rekey")
        {
            throw EncryptionRules.PendingRekey(vm.Name);
        }

        if (files.PendingJob is "encrypt" or "decrypt")
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.jobPending", vm.Name,
                $"An earlier {files.PendingJob} of {vm.Name} was not finished.", "Set the policy again: that finishes it."));
        }

        await outages.RequireNoneAsync(vm, ct);

        if (records.Exists(r => r.InUse))
        {
            await EnsureSafeAsync(caller, vm, () => RequireAllKeysAsync(vm, files, records, ct), ct);
        }
        else
        {
            await RequireAllKeysAsync(vm, files, records, ct);
        }

        string arguments = JsonSerializer.Serialize(
            new VmTaskArguments { Fenced = command.Fenced }, StoreJson.Default.VmTaskArguments);
        return await tasks.BeginAsync(
            TaskKinds.PowerOn, vm, caller, arguments,
            (db, task) =>
            {
                if (command.Fenced)
                {
                    events.Add(db, EventIds.VmFenced, caller.User, vm.Name,
                        $"{caller.User} powers on {vm.Name} ({vm.Id}) and says that the host that held it before is cut off for "
                            + $"good; task {task.Id}.");
                }

                return Task.CompletedTask;
            },
            ct);
    }

    /// <summary>Without a key of a disk the VM could run but for that disk, so the refusal names it and the way out.</summary>
    private async Task RequireAllKeysAsync(VmRow vm, VmDescription files, List<KeyRecordRow> records, CancellationToken ct)
    {
        try
        {
            await RequireKeysAsync(vm, records, KeyDeliverer.PowerOn, ct);
        }
        catch (FaultException e) when (KeyFaults.DiskOf(e.Fault, vm, files) is { } disk)
        {
            throw new FaultException(disk);
        }
    }

    /// <summary>
    /// Encryption mode first, then the keys. Where the host cannot come into it because its own key is out of reach, the VM's
    /// keys most likely are, too, and they are the reason that helps.
    /// </summary>
    private async Task EnsureSafeAsync(Caller caller, VmRow vm, Func<Task> requireKeys, CancellationToken ct)
    {
        try
        {
            await hostCrypto.EnsureSafeAsync(caller, vm.HostId, ct);
        }
        catch (FaultException e) when (e.Fault.Type != FaultTypes.NoPermission)
        {
            await requireKeys();
            throw;
        }

        await requireKeys();
    }

    /// <summary>Begins deleting.</summary>
    public async Task<TaskRow> DeleteAsync(string id, Caller caller, CancellationToken ct)
    {
        var vm = await lookup.FindAsync(id, ct);
        await tasks.RefuseSecondAsync(vm, ct);
        // A suspect or locked VM can be deleted: that needs no key and trusts no file.
        if (await DescribeAsync(vm, ct) is { } files)
        {
            EncryptionRules.RequireOff(files);
        }

        return await BeginAsync(TaskKinds.Delete, vm, caller, new VmTaskArguments(), ct);
    }

    private async Task<TaskRow> PowerOffAsync(string id, Caller caller, PowerCommand command, CancellationToken ct)
    {
        // Turning off never depends on files or keys.
        var vm = await lookup.FindAsync(id, ct);
        await tasks.RefuseSecondAsync(vm, ct);
        if (await DescribeAsync(vm, ct) is not { PowerState: "poweredOn" })
        {
            throw Power(vm, $"{vm.Name} is powered off already.");
        }

        var arguments = new VmTaskArguments { Hard = command.Hard, TimeoutSeconds = command.TimeoutSeconds };
        return await BeginAsync(TaskKinds.PowerOff, vm, caller, arguments, ct);
    }

    internal async Task<(VmRow Vm, VmDescription Files, List<KeyRecordRow> Records)> LookAsync(string id, CancellationToken ct)
    {
        var vm = await lookup.FindAsync(id, ct);
        await tasks.RefuseSecondAsync(vm, ct);
        var files = await DescribeAsync(vm, ct)
            ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.filesGone", vm.Name,
            $"The host has no files of {vm.Name}.", "Put them back, or delete the VM."));
        var records = await lookup.RecordsAsync(vm.Id, ct);
        if (await register.SettleLeftAsync(vm, files, records, ct) is { } unused)
        {
            records = await lookup.RecordsAsync(vm.Id, ct);
            if (unused.Count > 0)
            {
                await grains.GetGrain<IHostGrain>(vm.HostId).ReleaseAsync(unused);
            }
        }

        return RecordCheck.Find(files, records, underWay: false) is { } suspect
            ? throw new FaultException(suspect) : (vm, files, records);
    }

    internal async Task<VmDescription?> DescribeAsync(VmRow vm, CancellationToken ct)
    {
        try
        {
            var files = await snapshots.DescribeAsync(vm.HostId, vm.Id, ct);
            await snapshots.SaveAsync(files, ct);
            return files;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            throw new FaultException(FaultCodec.FromRpc(e, "the host"), e);
        }
    }

    /// <summary>Every key of the VM's records must be on the host; one delivery is tried now.</summary>
    internal async Task RequireKeysAsync(VmRow vm, List<KeyRecordRow> records, string operation, CancellationToken ct)
    {
        var keys = records.Where(r => r.InUse).Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).Distinct().ToList();
        if (keys.Count == 0)
        {
            return;
        }

        var host = grains.GetGrain<IHostGrain>(vm.HostId);
        var delivery = await host.DeliverInTimeAsync(keys, operation);

        // Locked or not is for the reconciler to say: what is noted may be older than this delivery.
        await host.NudgeAsync();
        delivery.ThrowIfMissing(vm.Name);
    }

    private Task<TaskRow> BeginAsync(string kind, VmRow vm, Caller caller, VmTaskArguments arguments, CancellationToken ct) =>
        tasks.BeginAsync(
            kind, vm, caller, JsonSerializer.Serialize(arguments, StoreJson.Default.VmTaskArguments), also: null, ct);

    private static void RequireObjectIds(VmDescription files, IEnumerable<DiskDescription> disks)
    {
        if (disks.FirstOrDefault(d => !Guid.TryParseExact(d.ObjectId, "D", out _)) is { } disk)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidDeviceOperation, "lorica.noObjectId", disk.Path,
                $"{disk.Path} of {files.Name} has no object id.", "See the VM's VMX file."));
        }
    }

    private static FaultException Power(VmRow vm, string message) =>
        new(new Fault(FaultTypes.InvalidPowerState, "lorica.powerState", vm.Name, message, $"lorica vm show {vm.Name}"));
}
