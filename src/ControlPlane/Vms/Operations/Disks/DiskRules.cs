using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.Disks;

/// <summary>What operations on disks look at and refuse in the same way.</summary>
internal sealed class DiskRules(
    VmLookup lookup, PolicyCatalog policies, PlacementService placement, StrictRules strict, IAuthorizer authorizer,
    CenterStore store, HostClient hosts)
{
    private const int MaximumLabel = 63;

    /// <summary>A plain disk for an encrypted VM is a way out for its data: under strict rules that needs more.</summary>
    /// <returns>What was asked for.</returns>
    public async Task<IReadOnlyList<string>> RequirePlainAsync(Caller caller, VmRow vm, bool plain, CancellationToken ct)
    {
        if (!plain || (await lookup.RecordsAsync(vm.Id, ct)).Count == 0
            || !await strict.NeedsDirectAccessAsync(StrictOperation.PlainDisk, vm.Id, ct))
        {
            return [];
        }

        await authorizer.RequireAsync(caller, Privileges.CryptoAccess, ObjectRef.Of(vm), ct);
        return [Privileges.CryptoAccess];
    }

    /// <summary>The policy of an id; that of the VM's home when none is named.</summary>
    public async Task<StoragePolicy> PolicyAsync(VmRow vm, string policyId, CancellationToken ct) =>
        policyId.Length > 0 ? await policies.OfIdAsync(policyId, ct) : await policies.OfObjectAsync(vm.Id, ct);

    /// <summary>A policy that is named is one that the VM's datastore suits; that of the home is as it is.</summary>
    public Task RequirePlaceAsync(VmRow vm, string policyId, StoragePolicy policy, CancellationToken ct) =>
        policyId.Length > 0 ? placement.RequireAsync(policy, vm.Datastore, ct) : Task.CompletedTask;

    /// <summary>What every task keeps of the policy of one disk.</summary>
    public static VmTaskArguments Plan(StoragePolicy policy, string objectId) =>
        new() { PolicyId = policy.Id, PolicyObjects = [objectId], RulesVersion = policy.RulesVersion };

    /// <summary>The disk of a label.</summary>
    public static VmDisk Find(VmRow vm, VmFiles files, string label) =>
        files.Disks.FirstOrDefault(d => d.Label == label)
        ?? throw new FaultException(new Fault(
            FaultTypes.NotFound, "lorica.diskNotFound", label, $"{vm.Name} has no disk {label}.",
            $"See `lorica vm show {vm.Name}`."));

    /// <summary>The label that is asked for when it is free; the next free one when none is.</summary>
    public static string LabelOf(VmFiles files, string label)
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

    /// <summary>A disk's file as the VM's host reads it, unverified.</summary>
    public Task<VmDisk> InspectDiskAsync(VmRow vm, string path, CancellationToken ct) =>
        hosts.Once(vm.HostId, HostDeadlines.Look).Disks.InspectAsync(path, ct);

    /// <summary>A file that a VM of the inventory has is never shared, on whichever host that VM is.</summary>
    public async Task RequireNobodysAsync(VmRow vm, VmDisk disk, CancellationToken ct)
    {
        var rows = await store.ReadAsync(db => db.Vms.SeenOnDatastoreAsync(vm.Datastore, ct), ct);
        foreach (var row in rows)
        {
            if (KeptDescriptions.FilesOf(row.Snapshot).Disks.Any(d => d.Path == disk.Path))
            {
                throw new FaultException(new Fault(
                    FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.sharedBacking", disk.Path,
                    $"{disk.Path} is a disk of {row.Name}: two VMs never share one.",
                    "Detach it there first, or clone that VM."));
            }
        }
    }

    /// <summary>The refusal of an encrypted disk for a VM whose home is plain.</summary>
    public static FaultException Mismatch(string target, string message) => new(new Fault(
        FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch", target, message, "Encrypt the VM's home first."));

    /// <summary>The refusal of a policy without encryption for what is encrypted.</summary>
    public static FaultException BadPolicy(string target, string message) => new(new Fault(
        FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.badPolicy", target, message,
        "Name a policy with an encryption rule."));
}
