using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Vms.Files;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Queries;

/// <summary>Builds what clients see of a VM: the files as the host reads them, the records, the policies.</summary>
internal static class VmModelBuilder
{
    /// <summary>
    /// Builds the model. When the host does not answer, and when it could not read the files, the last description is shown,
    /// compliance unknown.
    /// </summary>
    public static VmModel Build(VmView view, VmContext context)
    {
        var (vm, live) = view;
        var (read, files) = (view.Read, view.Files);
        var unreadable = RecordCheck.UnreadableOf(live);
        var records = context.Records[vm.Id].ToList();
        string? task = context.Tasks.GetValueOrDefault(vm.Id);
        bool underWay = task is not null;
        bool present = vm.State == VmStates.Present;
        var home = Policy(context, vm.Id);
        var homeCompliance = Judge(
            context, vm.Id, read is null || !present ? null : HomeFacts(files, context, records, underWay),
            unreadable);
        var disks = files.Disks.Select(d =>
        {
            var compliance = Judge(
                context, d.ObjectId, read is null ? null : DiskFacts(files, d, context, records, underWay), unreadable);
            return new DiskModel(
                d.Label, d.Path, d.Capacity, d.Encrypted, Key(d.Encrypted, d.Key), Policy(context, d.ObjectId).ToReference(),
                compliance.State, d.Used, d.Provisioning?.Word() ?? "", read is null ? null : RecordCheck.Disk(files, d, records,
                    underWay))
            {
                Drift = compliance.Drift,
            };
        }).ToList();
        var locked = JsonSerializer.Deserialize(vm.LockedKeys, StoreJson.Default.ListKeyReason) ?? [];

        return new VmModel
        {
            Id = vm.Id,
            Name = vm.Name,
            PowerState = ((live ?? files).PowerState ?? PowerState.Off).Word(),
            Guest = live?.Guest?.Word(),
            GuestDetail = live?.GuestDetail is { Length: > 0 } detail ? Audit.EventText.Clean(detail) : null,
            Encrypted = files.Encrypted,
            CryptoState = vm.CryptoState,
            Key = Key(files.Encrypted, files.Key),
            Policy = home.ToReference(),
            Compliance = ComplianceStates.Worst([homeCompliance.State, .. disks.Select(d => d.Compliance)]),
            HomeCompliance = homeCompliance.State,
            Drift = homeCompliance.Drift,
            Disks = disks,
            Host = context.Hosts.GetValueOrDefault(vm.HostId, vm.HostId),
            Path = files.Path,
            Cpus = files.Cpus,
            MemoryMib = files.MemoryMib,
            LockedKeys = locked,
            Suspect = live is null || unreadable is not null ? null : RecordCheck.Find(live, records, underWay),
            Unreadable = unreadable,
            Folder = context.Containers.GetValueOrDefault(vm.ParentId, vm.ParentId),
            LockHolder = files.Lock is { Held: true } held
                ? context.Hosts.GetValueOrDefault(held.HostId, held.HostId) : null,
            Task = task,
        };
    }

    private static StoragePolicy Policy(VmContext context, string objectId) =>
        context.Policies.OfId(context.Associations.GetValueOrDefault(objectId)?.PolicyId);

    private static ObjectCompliance Judge(VmContext context, string objectId, ObjectFacts? facts, Fault? unreadable)
    {
        var policy = Policy(context, objectId);
        return ComplianceRules.Judge(
            policy, context.Associations.GetValueOrDefault(objectId)?.RulesVersion ?? policy.RulesVersion, facts,
            unreadable?.Message);
    }

    private static ObjectFacts HomeFacts(VmFiles files, VmContext context, List<KeyRecordRow> records, bool underWay) =>
        new(files.Path, files.Encrypted, null, RecordCheck.Home(files, records, underWay),
            context.Tags.Of(DatastoreTags.OfPath(files.Path)));

    private static ObjectFacts DiskFacts(
        VmFiles files, VmDisk d, VmContext context, List<KeyRecordRow> records, bool underWay) =>
        new(d.Path, d.Encrypted, d.Transition, RecordCheck.Disk(files, d, records, underWay),
            context.Tags.Of(DatastoreTags.OfPath(d.Path)));

    private static KeyModel? Key(bool encrypted, KeyName? key) =>
        encrypted && key is not null ? new KeyModel(key.Provider, key.KeyId) : null;
}
