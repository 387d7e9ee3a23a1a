using Lorica.Contracts.Faults;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>A VM as an operation looks at it before it begins: row, files, records, keys.</summary>
internal sealed class VmLook(
    VmLookup lookup, VmDescriptionCache snapshots, KeyRegister register, TaskStore tasks, HostCrypto hostCrypto,
    CenterStore store, IGrainFactory grains)
{
    /// <summary>
    /// The VM, its files and its records. No other task is under way, what earlier ones left is settled, and the files are as the
    /// records say.
    /// </summary>
    /// <exception cref="FaultException">ResourceInUse, NotFound, or what is wrong with the files.</exception>
    public async Task<(VmRow Vm, VmFiles Files, List<KeyRecordRow> Records)> WholeAsync(string id, CancellationToken ct)
    {
        var vm = await FreeAsync(id, ct);
        var files = await DescribeAsync(vm, ct) ?? throw FilesGone(vm);
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

    /// <summary>The same of a VM that is off, and no job on which was broken off.</summary>
    public async Task<(VmRow Vm, VmFiles Files, List<KeyRecordRow> Records)> OffAsync(string id, CancellationToken ct)
    {
        var (vm, files, records) = await WholeAsync(id, ct);
        EncryptionRules.RequireOff(files);
        RequireNoJob(vm, files);
        return (vm, files, records);
    }

    /// <summary>The VM, of which no other task is under way; its files are not looked at.</summary>
    public async Task<VmRow> FreeAsync(string id, CancellationToken ct)
    {
        var vm = await lookup.FindAsync(id, ct);
        await tasks.RefuseSecondAsync(vm, ct);
        return vm;
    }

    /// <summary>The files as the host has them; null when it has none.</summary>
    public async Task<VmFiles?> DescribeAsync(VmRow vm, CancellationToken ct)
    {
        var files = await snapshots.FindAsync(vm.HostId, vm.Id, ct);
        if (files is not null)
        {
            await snapshots.SaveAsync(files, ct);
        }

        return files;
    }

    /// <summary>Records of the VM's objects.</summary>
    public Task<List<KeyRecordRow>> RecordsAsync(VmRow vm, CancellationToken ct) => lookup.RecordsAsync(vm.Id, ct);

    /// <summary>Whether anything of the VM is encrypted, or is about to be.</summary>
    public async Task<bool> HasRecordsAsync(VmRow vm, CancellationToken ct) => (await lookup.RecordsAsync(vm.Id, ct)).Count > 0;

    /// <summary>The folder in which the VM is.</summary>
    public async Task<ObjectRef> FolderAsync(VmRow vm, CancellationToken ct) =>
        await store.ReadAsync(db => db.Containers.FindAsync(vm.ParentId, ct), ct) is { } folder
            ? ObjectRef.Of(folder)
            : new ObjectRef(ObjectKinds.Datacenter, InventoryIds.FirstDatacenter, "Datacenter");

    /// <summary>Every key of these records must be on the host; one delivery is tried now.</summary>
    public async Task RequireKeysAsync(VmRow vm, IEnumerable<KeyRecordRow> records, string operation)
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

    /// <summary>The host may hold keys, and has those of these records.</summary>
    public async Task RequireHeldAsync(
        Caller caller, VmRow vm, IReadOnlyCollection<KeyRecordRow> records, string operation, CancellationToken ct)
    {
        if (records.Any(r => r.InUse))
        {
            await hostCrypto.EnsureSafeAsync(caller, vm.HostId, ct);
        }

        await RequireKeysAsync(vm, records, operation);
    }

    /// <summary>
    /// Encryption mode first, then the keys. Where the host cannot come into it because its own key is out of reach, the VM's
    /// keys most likely are, too, and they are the reason that helps.
    /// </summary>
    public async Task EnsureSafeAsync(Caller caller, VmRow vm, Func<Task> requireKeys, CancellationToken ct)
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

    /// <summary>
    /// Has the VM's host compared with the records soon. A task may fail without a look at the files: what it leaves then, only
    /// that settles.
    /// </summary>
    public async Task NudgeAsync(string vmId)
    {
        try
        {
            var vm = await lookup.FindAsync(vmId, CancellationToken.None);
            await grains.GetGrain<IHostGrain>(vm.HostId).NudgeAsync();
        }
        catch (Exception e) when (e is FaultException || HostFailures.IsPassing(e))
        {
            // The VM is gone with its task; or the database is, and the next connection of the host compares all of it.
        }
    }

    /// <summary>Refuses while a broken-off job is to be finished.</summary>
    public static void RequireNoJob(VmRow vm, VmFiles files)
    {
        if (files.PendingJob is not null)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.jobPending", vm.Name,
                $"An earlier {files.PendingJob?.Word()} of {vm.Name} was not finished.", "Start it again: that finishes it."));
        }
    }

    /// <summary>The refusal of what needs files that are not there.</summary>
    public static FaultException FilesGone(VmRow vm) => new(new Fault(FaultTypes.NotFound, "lorica.filesGone", vm.Name,
        $"The host has no files of {vm.Name}.", "Put them back, or delete the VM."));

    /// <summary>Where the VM's files lie, as last seen; empty when they never were.</summary>
    public static string PathOf(VmRow vm) => vm.Snapshot is null ? "" : KeptDescriptions.FilesOf(vm.Snapshot).Path;

    /// <summary>Refuses a name that a VM of the inventory has.</summary>
    public async Task RequireFreeNameAsync(string name, CancellationToken ct)
    {
        if (await store.ReadAsync(db => db.Vms.IsTakenAsync(name, ct), ct))
        {
            throw new FaultException(new Fault(
                FaultTypes.AlreadyExists, "lorica.vmExists", name, $"A VM {name} exists.", "Choose another name."));
        }
    }
}
