using System.Text.Json;
using Lorica.Contracts;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Store;

namespace Lorica.ControlPlane.Inventory;

/// <summary>Builds what clients see of a VM: the files as the host reads them, the records, the policies.</summary>
internal static class VmModelBuilder
{
    /// <summary>Builds the model.</summary>
    /// <param name="vm">Row.</param>
    /// <param name="live">What the host says now; null when it does not answer: then the last description is shown, compliance
    /// unknown.</param>
    /// <param name="context">The rest.</param>
    public static VmModel Build(VmRow vm, VmDescription? live, VmContext context)
    {
        var files = live ?? (
            vm.Snapshot is null ? new VmDescription { VmId = vm.Id } : VmDescription.Parser.ParseFrom(vm.Snapshot));
        var records = context.Records[vm.Id].ToList();
        var task = context.Tasks.GetValueOrDefault(vm.Id);
        var underWay = task is not null;
        var present = vm.State == VmStates.Present;
        var home = Policy(context, vm.Id);
        var homeCompliance = Judge(
            context, vm.Id, live is null || !present ? null : HomeFacts(files, context, records, underWay));
        var disks = files.Disks.Select(d =>
        {
            var compliance = Judge(context, d.ObjectId, live is null ? null : DiskFacts(files, d, context, records, underWay));
            return new DiskModel(
                d.Label, d.Path, d.Capacity, d.Encrypted, Key(d.Encrypted, d.Key), Policy(context, d.ObjectId).ToReference(),
                compliance.State, d.Used, d.Provisioning, live is null ? null : RecordCheck.Disk(files, d, records, underWay))
            {
                Drift = compliance.Drift,
            };
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
            Compliance = ComplianceStates.Worst([homeCompliance.State, .. disks.Select(d => d.Compliance)]),
            HomeCompliance = homeCompliance.State,
            Drift = homeCompliance.Drift,
            Disks = disks,
            Host = context.Hosts.GetValueOrDefault(vm.HostId)?.Name ?? vm.HostId,
            Path = files.Path,
            Cpus = files.Cpus,
            MemoryMib = files.MemoryMib,
            LockedKeys = locked,
            Suspect = live is null ? null : RecordCheck.Find(files, records, underWay),
            Folder = context.Containers.GetValueOrDefault(vm.ParentId) ?? vm.ParentId,
            LockHolder = files.Lock is { Held: true } held
                ? context.Hosts.GetValueOrDefault(held.HostId)?.Name ?? held.HostId : null,
            Task = task,
        };
    }

    private static StoragePolicy Policy(VmContext context, string objectId) =>
        context.Policies.OfId(context.Associations.GetValueOrDefault(objectId)?.PolicyId);

    private static ObjectCompliance Judge(VmContext context, string objectId, ObjectFacts? facts)
    {
        var policy = Policy(context, objectId);
        return ComplianceRules.Judge(
            policy, context.Associations.GetValueOrDefault(objectId)?.RulesVersion ?? policy.RulesVersion, facts);
    }

    private static ObjectFacts HomeFacts(VmDescription files, VmContext context, List<KeyRecordRow> records, bool underWay) =>
        new(files.Path, files.Encrypted, "", RecordCheck.Home(files, records, underWay),
            context.Tags.Of(DatastoreTags.OfPath(files.Path)));

    private static ObjectFacts DiskFacts(
        VmDescription files, DiskDescription d, VmContext context, List<KeyRecordRow> records, bool underWay) =>
        new(d.Path, d.Encrypted, d.Transition, RecordCheck.Disk(files, d, records, underWay),
            context.Tags.Of(DatastoreTags.OfPath(d.Path)));

    private static KeyModel? Key(bool encrypted, KeyRef? key) =>
        encrypted && key is not null ? new KeyModel(key.Provider, key.KeyId) : null;
}
