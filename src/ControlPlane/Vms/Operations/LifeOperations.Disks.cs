using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Vms.Files;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Disks: all with the VM powered off.</summary>
internal sealed partial class LifeOperations
{
    private const int MaximumLabel = 63;

    /// <summary>
    /// The policy decides: that of VM home when none is named. The KEK is the VM's, or a new one when a provider is named.
    /// </summary>
    private async Task<TaskRow> AddDiskAsync(string id, Caller caller, LifeArguments life, CancellationToken ct)
    {
        var (vm, files, records) = await LookOffAsync(id, ct);
        var policy = await DiskPolicyAsync(vm, life, ct);
        await RequirePlaceAsync(vm, life, policy, ct);
        if (life.Provider.Length > 0 && !policy.Encryption)
        {
            throw BadPolicy(life.Label.Length > 0 ? life.Label : vm.Name,
                $"A key is named for a new disk of {vm.Name}, but the policy {policy.Name} has no encryption rule.");
        }

        if (policy.Encryption && !files.Encrypted)
        {
            throw Mismatch(vm.Name, $"The new disk is to be encrypted, but the home of {vm.Name} is not.");
        }

        await RequireKeysAsync(caller, vm, [.. records.Where(r => r.ObjectId == vm.Id)], "disk", ct);
        var home = records.Find(r => r.ObjectId == vm.Id && r.InUse);
        life = life with
        {
            Label = LabelOf(files, life.Label),
            ObjectId = Guid.NewGuid().ToString("D"),
            Encrypted = policy.Encryption,
        };
        if (policy.Encryption && life.Provider.Length == 0)
        {
            await planner.RequireMayWrapAsync(vm.Name, new ExpectedKey(home!.Provider, home.KeyId, home.Kcv), ct);
            life = life with { Provider = home.Provider, KeyId = home.KeyId, Kcv = home.Kcv };
        }
        else if (policy.Encryption && life.Provider == "default")
        {
            life = life with { Provider = await providers.DefaultAsync(ct) };
        }

        return await BeginAsync(
            TaskKinds.AddDisk, vm, caller, life, (db, _) => PolicyUsers.RequireUnchangedAsync(db, policy, ct),
            Policy(policy, life), ct);
    }

    private async Task<TaskRow> AttachDiskAsync(string id, Caller caller, LifeArguments life, CancellationToken ct)
    {
        var (vm, files, records) = await LookOffAsync(id, ct);
        var disk = await InspectDiskAsync(vm, life.Path, ct);
        await RequireNobodysAsync(vm, disk, ct);
        if (disk.Transition.Length > 0)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.jobPending", disk.Path,
                $"{disk.Path} is half way through a job ({disk.Transition}).", "Finish that at the VM that it belongs to."));
        }

        var policy = life.PolicyId.Length > 0 ? await policies.OfIdAsync(life.PolicyId, ct) : PolicyCatalog.DatastoreDefault;
        await RequirePlaceAsync(vm, life, policy, ct);
        if (disk.Encrypted && !files.Encrypted)
        {
            throw Mismatch(disk.Path, $"{disk.Path} is encrypted, but the home of {vm.Name} is not.");
        }

        if (disk.Encrypted && !policy.Encryption)
        {
            throw BadPolicy(disk.Path,
                $"{disk.Path} is encrypted: attaching it needs a policy with an encryption rule, and {policy.Name} has none.");
        }

        if (!disk.Encrypted && policy.Encryption)
        {
            throw new FaultException(new Fault(
                FaultTypes.InvalidDeviceOperation, "msg.hostd.deviceSpec.enc.notEncrypted", disk.Path,
                $"{disk.Path} is not encrypted, so it cannot be attached under {policy.Name}.",
                $"Attach it with {PolicyCatalog.DatastoreDefault.Name}, then set the policy."));
        }

        List<IncomingObject> comes = [IncomingObject.Disk(disk, vm.Id)];
        var plan = await coming.JudgeAsync(caller, comes[0], default, ct);
        await RequireKeysAsync(caller, vm, [.. records.Where(r => r.ObjectId == vm.Id)], "disk", ct);
        life = life with
        {
            Path = disk.Path,
            Label = LabelOf(files, life.Label),
            ObjectId = disk.Encrypted ? disk.ObjectId : Guid.NewGuid().ToString("D"),
            Encrypted = disk.Encrypted,
            Records = plan is null ? [] : [plan],
        };
        return await BeginAsync(
            TaskKinds.AttachDisk, vm, caller, life,
            async (db, task) =>
            {
                await PolicyUsers.RequireUnchangedAsync(db, policy, ct);
                await coming.ClaimAsync(db, task, caller, comes, default, life.Records, ct);
            },
            Policy(policy, life), ct);
    }

    /// <summary>
    /// Needs the home's key only: a disk whose key is out of reach, or whose files are not what they should be, can go.
    /// </summary>
    private async Task<TaskRow> DetachDiskAsync(string id, Caller caller, string kind, LifeArguments life, CancellationToken ct)
    {
        var vm = await lookup.FindAsync(id, ct);
        await tasks.RefuseSecondAsync(vm, ct);
        var files = await operations.DescribeAsync(vm, ct) ?? throw FilesGone(vm);
        var disk = Find(vm, files, life.Label);
        var records = await lookup.RecordsAsync(vm.Id, ct);
        var others = files.Clone();
        others.Disks.Remove(disk);
        if (RecordCheck.Find(others, [.. records.Where(r => r.ObjectId != disk.ObjectId)], underWay: false) is { } suspect)
        {
            throw new FaultException(suspect);
        }

        EncryptionRules.RequireOff(files);
        RequireNoJob(vm, files);
        await RequireKeysAsync(caller, vm, [.. records.Where(r => r.ObjectId == vm.Id)], "disk", ct);
        return await BeginAsync(kind, vm, caller,
            life with { Label = disk.Label, ObjectId = disk.ObjectId, Path = disk.Path, Encrypted = disk.Encrypted }, ct: ct);
    }

    private async Task<TaskRow> ResizeDiskAsync(string id, Caller caller, LifeArguments life, CancellationToken ct)
    {
        var (vm, files, records) = await LookOffAsync(id, ct);
        var disk = Find(vm, files, life.Label);
        if (life.Capacity < disk.Capacity)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.diskShrinks", disk.Path,
                $"{disk.Path} has {disk.Capacity} bytes; a disk grows, it never becomes smaller.", "Name a larger size."));
        }

        await RequireKeysAsync(
            caller, vm, [.. records.Where(r => r.ObjectId == vm.Id || r.ObjectId == disk.ObjectId)], "disk", ct);
        return await BeginAsync(TaskKinds.ResizeDisk, vm, caller,
            life with { Label = disk.Label, ObjectId = disk.ObjectId, Path = disk.Path, Encrypted = disk.Encrypted }, ct: ct);
    }

    private async Task<(VmRow Vm, VmDescription Files, List<KeyRecordRow> Records)> LookOffAsync(string id, CancellationToken ct)
    {
        var (vm, files, records) = await operations.LookAsync(id, ct);
        EncryptionRules.RequireOff(files);
        RequireNoJob(vm, files);
        return (vm, files, records);
    }

    private async Task<StoragePolicy> DiskPolicyAsync(VmRow vm, LifeArguments life, CancellationToken ct) =>
        life.PolicyId.Length > 0 ? await policies.OfIdAsync(life.PolicyId, ct) : await policies.OfObjectAsync(vm.Id, ct);

    /// <summary>A policy that is named is one that the VM's datastore suits; that of the home is as it is.</summary>
    private Task RequirePlaceAsync(VmRow vm, LifeArguments life, StoragePolicy policy, CancellationToken ct) =>
        life.PolicyId.Length > 0 ? placement.RequireAsync(policy, vm.Datastore, ct) : Task.CompletedTask;

    private static VmTaskArguments Policy(StoragePolicy policy, LifeArguments life) =>
        new() { PolicyId = policy.Id, PolicyObjects = [life.ObjectId], RulesVersion = policy.RulesVersion };

    private static DiskDescription Find(VmRow vm, VmDescription files, string label) =>
        files.Disks.FirstOrDefault(d => d.Label == label)
        ?? throw new FaultException(new Fault(
            FaultTypes.NotFound, "lorica.diskNotFound", label, $"{vm.Name} has no disk {label}.",
            $"See `lorica vm show {vm.Name}`."));

    private static string LabelOf(VmDescription files, string label)
    {
        if (label.Length > 0)
        {
            return files.Disks.All(d => d.Label != label) ? label
                : throw new FaultException(new Fault(
                    FaultTypes.AlreadyExists, "lorica.diskExists", label, $"{files.Name} has a disk {label} already.",
                    "Use another label."));
        }

        return Enumerable.Range(0, MaximumLabel + 1).Select(n => $"virtio0:{n}").First(l => files.Disks.All(d => d.Label != l));
    }

    private async Task<DiskDescription> InspectDiskAsync(VmRow vm, string path, CancellationToken ct)
    {
        try
        {
            return await links.Client(vm.HostId).InspectDiskAsync(
                new InspectDiskRequest { Path = path }, deadline: time.GetUtcNow().UtcDateTime + LookTimeout,
                cancellationToken: ct);
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            throw new FaultException(FaultCodec.FromRpc(e, "the host"), e);
        }
    }

    /// <summary>A file that a VM of the inventory has is never shared, on whichever host that VM is.</summary>
    private async Task RequireNobodysAsync(VmRow vm, DiskDescription disk, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            db => db.Vms.AsNoTracking().Where(v => v.Datastore == vm.Datastore && v.Snapshot != null).ToListAsync(ct), ct);
        foreach (var row in rows)
        {
            if (VmDescription.Parser.ParseFrom(row.Snapshot).Disks.Any(d => d.Path == disk.Path))
            {
                throw new FaultException(new Fault(
                    FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.sharedBacking", disk.Path,
                    $"{disk.Path} is a disk of {row.Name}: two VMs never share one.",
                    "Detach it there first, or clone that VM."));
            }
        }
    }

    private static FaultException Mismatch(string target, string message) => new(new Fault(
        FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch", target, message, "Encrypt the VM's home first."));

    private static FaultException BadPolicy(string target, string message) => new(new Fault(
        FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.badPolicy", target, message,
        "Name a policy with an encryption rule."));

    private static FaultException FilesGone(VmRow vm) => new(new Fault(FaultTypes.NotFound, "lorica.filesGone", vm.Name,
        $"The host has no files of {vm.Name}.", "Put them back, or unregister the VM."));
}
