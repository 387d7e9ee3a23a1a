using System.Text.Json;
using Lorica.Contracts;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Store;

namespace Lorica.ControlPlane.Inventory;

/// <summary>Builds what clients see of a VM: the files as the host reads them, the records, the policies.</summary>
internal sealed class VmModelBuilder(PolicyCatalog policies)
{
    private const string Compliant = "compliant";
    private const string NonCompliant = "nonCompliant";
    private const string NotApplicable = "notApplicable";
    private const string Unknown = "unknown";

    /// <summary>Builds the model.</summary>
    /// <param name="vm">Row.</param>
    /// <param name="live">What the host says now; null when it does not answer: then the last description is shown, compliance
    /// unknown.</param>
    /// <param name="context">The rest.</param>
    public VmModel Build(VmRow vm, VmDescription? live, VmContext context)
    {
        var files = live ?? (
            vm.Snapshot is null ? new VmDescription { VmId = vm.Id } : VmDescription.Parser.ParseFrom(vm.Snapshot));
        var records = context.Records[vm.Id].ToList();
        var task = context.Tasks.GetValueOrDefault(vm.Id);
        var underWay = task is not null;
        var present = vm.State == VmStates.Present;
        var home = policies.OfId(context.Policies.GetValueOrDefault(vm.Id));
        var disks = files.Disks.Select(d =>
        {
            var policy = policies.OfId(context.Policies.GetValueOrDefault(d.ObjectId));
            return new DiskModel(
                d.Label, d.Path, d.Capacity, d.Encrypted, Key(d.Encrypted, d.Key), policy.ToReference(),
                live is null ? Unknown : Compliance(policy, d.Encrypted), d.Used, d.Provisioning,
                live is null ? null : RecordCheck.Disk(d, records, underWay));
        }).ToList();
        var locked = JsonSerializer.Deserialize(vm.LockedKeys, StoreJson.Default.ListKeyReason) ?? [];

        return new VmModel
        {
            Id = vm.Id,
            Name = vm.Name,
            PowerState = files.PowerState.Length > 0 ? files.PowerState : "poweredOff",
            Encrypted = files.Encrypted,
            CryptoState = vm.CryptoState,
            Key = Key(files.Encrypted, files.Key),
            Policy = home.ToReference(),
            Compliance = live is null || !present
                ? Unknown
                : Worst([Compliance(home, files.Encrypted), .. disks.Select(d => d.Compliance)]),
            Disks = disks,
            Host = context.Hosts.GetValueOrDefault(vm.HostId)?.Name ?? vm.HostId,
            Path = files.Path,
            Cpus = files.Cpus,
            MemoryMib = files.MemoryMib,
            LockedKeys = locked,
            Suspect = live is null ? null : RecordCheck.Find(files, records, underWay),
            Task = task,
        };
    }

    private static string Compliance(StoragePolicy policy, bool encrypted) => (policy.Encryption, encrypted) switch
    {
        (true, true) => Compliant,
        (false, false) => NotApplicable,
        _ => NonCompliant,
    };

    private static string Worst(IReadOnlyCollection<string> all) =>
        all.Contains(NonCompliant) ? NonCompliant : all.Contains(Compliant) ? Compliant : NotApplicable;

    private static KeyModel? Key(bool encrypted, KeyRef? key) =>
        encrypted && key is not null ? new KeyModel(key.Provider, key.KeyId) : null;
}
