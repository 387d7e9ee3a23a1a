using Lorica.Contracts.Faults;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Files;

/// <summary>
/// Compares what the files say with what the records say. A file that differs makes the VM suspect: no key moves and no operation
/// starts. Weaker is tampered: plain where encrypted is recorded is never treated as plain.
/// </summary>
internal static class RecordCheck
{
    /// <summary>What the host itself found wrong with the files, or null.</summary>
    public static Fault? SuspectOf(VmFiles vm) =>
        vm.Suspect ?? vm.Disks.FirstOrDefault(d => d.Suspect is not null)?.Suspect;

    /// <summary>
    /// Why nothing could be read of the files, where that says nothing against them: their datastore is not there, or does not
    /// answer. Null when they were read, or are there and no VMX.
    /// </summary>
    public static Fault? UnreadableOf(VmFiles? vm) =>
        vm is { Unread: true, Suspect: { } why }
        && why.Key is "lorica.datastoreNotThere" or "lorica.datastoreNotFound" or "lorica.io"
            ? why : null;

    /// <summary>
    /// What differs, or null. While a task of the VM is under way, an object may also be on the other side of that task. So may
    /// one that a decryption left plain which the files call unfinished: the host knows by the sealed mark which ones it made so,
    /// and only the end of that decryption retires a record.
    /// </summary>
    public static Fault? Find(VmFiles vm, IReadOnlyCollection<KeyRecordRow> records, bool underWay)
    {
        return Home(vm, records, underWay)
            ?? vm.Disks.Select(d => Disk(vm, d, records, underWay)).FirstOrDefault(f => f is not null)
            ?? Gone(vm, records, underWay);
    }

    /// <summary>What differs at VM home, or null.</summary>
    public static Fault? Home(VmFiles vm, IReadOnlyCollection<KeyRecordRow> records, bool underWay) =>
        vm.Suspect ?? Object(
            vm.VmId, vm.Path, vm.Encrypted, vm.Key, vm.Kcv, vm.Generation, records, underWay, mayBePlain: underWay);

    /// <summary>What differs at one disk, or null.</summary>
    public static Fault? Disk(VmFiles vm, VmDisk d, IReadOnlyCollection<KeyRecordRow> records, bool underWay) =>
        d.Suspect ?? Object(d.ObjectId, d.Path, d.Encrypted, d.Key, d.Kcv, d.Generation, records, underWay,
                mayBePlain: underWay || vm.PendingJob == UnfinishedWork.Decrypt);

    private static Fault? Object(
        string id, string path, bool encrypted, KeyName? key, string kcv, long generation,
        IReadOnlyCollection<KeyRecordRow> records, bool underWay, bool mayBePlain)
    {
        var usable = records.Where(r => r.ObjectId == id && r.State == KeyRecordStates.Usable).ToList();
        var inUse = usable.Find(r => r.InUse);
        if (!encrypted)
        {
            return inUse is null || mayBePlain
                ? null
                : Differs("lorica.weakerThanRecorded", path,
                    $"{path} is plain, but its record says encrypted with {inUse.Provider}/{inUse.KeyId}.");
        }

        var named = usable.Find(
            r => key is not null && r.Provider == key.Provider && r.KeyId == key.KeyId && (r.InUse || underWay));
        if (named is null)
        {
            return inUse is null
                ? Differs("lorica.notRecorded", path,
                    $"{path} is encrypted with {key?.Provider}/{key?.KeyId}, but no record says so.")
                : Differs("lorica.keyDiffers", path,
                    $"{path} names key {key?.Provider}/{key?.KeyId}, its record {inUse.Provider}/{inUse.KeyId}.");
        }

        if (kcv.Length > 0 && kcv != named.Kcv)
        {
            return Differs("lorica.kcvDiffers", path, $"{path} has check value {kcv}, its record {named.Kcv}.");
        }

        return generation > 0 && generation < named.Generation
            ? Differs("lorica.olderThanKnown", path,
                $"{path} has generation {generation}, generation {named.Generation} is known.")
            : null;
    }

    /// <summary>A disk of the records that the VM no longer names.</summary>
    private static Fault? Gone(VmFiles vm, IReadOnlyCollection<KeyRecordRow> records, bool underWay)
    {
        var gone = records.FirstOrDefault(r => r.InUse && r.ObjectId != vm.VmId && vm.Disks.All(d => d.ObjectId != r.ObjectId));
        return gone is null || underWay
            ? null
            : Differs("lorica.diskGone", vm.Path,
                $"{vm.Path} no longer names disk {gone.ObjectId}, which is recorded as encrypted.");
    }

    private static Fault Differs(string key, string path, string message) =>
        new(FaultTypes.GenericVmConfigFault, key, path, message,
            "Put the right file back; nothing was changed and no key was sent.");
}
