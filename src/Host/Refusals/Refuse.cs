using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Disks.Locks;

namespace Lorica.Host.Refusals;

/// <summary>The refusals of this program, each made in one place. All name the object, the rule and the way out.</summary>
internal static class Refuse
{
    public static FaultException With(
        string type, string key, string about, string message, string hint = "", Exception? inner = null) =>
        new(new Fault(type, key, about, message, hint), inner);

    public static FaultException NotFound(string vmId) => With(FaultTypes.NotFound, "lorica.vmNotFound", vmId,
        $"This host has no VM {vmId}.", "See which VMs there are.");

    public static FaultException Argument(string about, string message, string hint = "") =>
        With(FaultTypes.InvalidArgument, "lorica.invalidArgument", about, message, hint);

    public static FaultException Config(string key, string about, string message, string hint = "") =>
        With(FaultTypes.InvalidVmConfig, key, about, message, hint);

    public static FaultException PowerState(string vm, string message, string hint) =>
        With(FaultTypes.InvalidPowerState, "lorica.powerState", vm, message, hint);

    public static FaultException StaleEpoch(string vm, long epoch, long known) => With(
        FaultTypes.InvalidState, "lorica.staleEpoch", vm,
        $"The operation on {vm} carries epoch {epoch}, but {known} has been seen: a newer operation has taken its place.",
        "Start the operation again.");

    public static FaultException JobUnderWay(string vm, string kind) => With(FaultTypes.InvalidState, "lorica.jobUnderWay", vm,
        $"A job ({kind}) works on {vm}.", "Wait until it has ended.");

    public static FaultException JobPending(string vm, string kind) => With(FaultTypes.InvalidState, "lorica.jobPending", vm,
        $"A job ({kind}) on {vm} was interrupted and is not finished.", $"Start the {kind} again: it goes on where it stopped.");

    public static FaultException JobNotFound(string id) => With(FaultTypes.NotFound, "lorica.jobNotFound", id,
        $"This host knows no job {id}.", "After a restart of the host, start the job again: it goes on where it stopped.");

    public static FaultException Cancelled(string vm, string kind) => With(FaultTypes.RequestCanceled, "lorica.cancelled", vm,
        $"The {kind} of {vm} was cancelled; nothing of it was kept.", "Start it again.");

    public static FaultException Busy(string vm) => With(FaultTypes.ResourceInUse, "lorica.vmBusy", vm,
        $"Another operation works on {vm}.", "Wait until it has ended.");

    /// <summary>The rule that <see cref="VmLocked"/> names.</summary>
    public const string VmLockedKey = "lorica.vmInUse";

    /// <summary>Another process or host has the VM; what its lock file says of it.</summary>
    public static FaultException VmLocked(string vm, WriterRecord? holder) => With(FaultTypes.ResourceInUse, VmLockedKey, vm,
        holder is { Held: true }
            ? $"Host {holder.HostId} holds the lock of {vm} (epoch {holder.Epoch})." : $"Another process holds the lock of {vm}.",
        "Power the VM off where it runs, or end the program that uses its files; a host that is gone for good is said "
            + "to be fenced.");

    /// <summary>The rule that <see cref="LockLost"/> names.</summary>
    public const string LockLostKey = "lorica.lockLost";

    /// <summary>Who held the lock could not renew it, or somebody else has it.</summary>
    public static FaultException LockLost(string vm, string reason) => With(FaultTypes.InvalidState, LockLostKey, vm,
        $"The right to change {vm} was lost: {reason}. Its I/O was stopped.",
        "See that the datastore answers; then start the operation again.");

    /// <summary>The rule that <see cref="VmxAway"/> names.</summary>
    public const string VmxAwayKey = "lorica.vmxAway";

    /// <summary>The vmx of a running VM has gone, and no other is there yet.</summary>
    public static FaultException VmxAway(string vm, Exception? inner = null) => With(FaultTypes.InvalidState, VmxAwayKey, vm,
        $"The process that runs {vm} is being replaced.", "Ask again.", inner);

    /// <summary>What a right that is not valid refuses.</summary>
    public static FaultException WithoutRight(string vm, IWriteRight lost) =>
        lost.IsAway ? VmxAway(vm) : LockLost(vm, lost.Reason);

    /// <summary>Whether a fault says that there is no right to change.</summary>
    public static bool IsWithoutRight(Fault? fault) => fault is { Key: LockLostKey or VmxAwayKey };

    public static FaultException NoSpace(string where, long needed, long free) => With(
        FaultTypes.NoDiskSpace, "lorica.noDiskSpace", where,
        $"{where} has {free} bytes free, {needed} are needed.", "Free space on the datastore, or use another one.");

    public static FaultException NoSpaceLeft(string where, Exception inner) => With(
        FaultTypes.NoDiskSpace, "lorica.noDiskSpace", where,
        $"{where} became full.", "Free space on the datastore, or use another one.", inner);

    /// <summary>A change of the registry failed, and what was there before could not be written again.</summary>
    public static FaultException RegistryNotWritable(string vm, IOException inner) => With(
        FaultTypes.SystemError, "lorica.registryNotWritable", vm,
        $"The host's entry of {vm} could neither be changed nor be put back, so nobody knows which one the next start of the "
            + $"host finds: {inner.Message}",
        "See that the state folder of the host can be written; then start the operation again. Until then this host changes "
            + "nothing in its registry.", inner);

    /// <summary>The rule that <see cref="StorageReadOnly"/> names.</summary>
    public const string StorageReadOnlyKey = "lorica.storageReadOnly";

    /// <summary>The refusal of what has to lock or change a file on storage that is mounted read-only.</summary>
    public static FaultException StorageReadOnly(string about, Exception inner) => With(
        FaultTypes.InvalidState, StorageReadOnlyKey, about,
        $"{about} lies on storage that is mounted read-only, so it can be neither locked nor changed.",
        "Mount the storage for writing. If the kernel made it read-only, its log says after which error.", inner);

    /// <summary>The refusal for keys that this host does not hold.</summary>
    public static FaultException KeysMissing(string about, string message, IEnumerable<KeyId> keys) => new(
        new Fault(FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", about, message,
            "The key is delivered again when its provider answers; see the reason per key.")
        {
            Keys = [.. keys.Distinct().Select(Missing)],
        });

    /// <summary>The reason for one such key.</summary>
    public static KeyReason Missing(KeyId key) =>
        new(key.Provider, key.Id, KeyReasons.MissingOnHost, $"This host does not hold the key {key}.");

    /// <summary>A disk that is to be encrypted, is known to be so, and has the descriptor of a plain one.</summary>
    public static FaultException EncryptedBefore(string disk) => Tampered("weakerThanRecorded", disk,
        $"The disk {disk} is recorded as encrypted, but its descriptor is that of a plain disk: encrypted once more, its data "
            + "could not be read again.",
        "Nothing was changed. Put back the descriptor that belongs to the data, or restore the disk from a backup.");

    /// <summary>What the files say is not what must be true: nothing is done, nothing is changed.</summary>
    public static FaultException Tampered(
        string reason, string about, string message, string hint = "", Exception? inner = null) =>
        With(FaultTypes.GenericVmConfigFault, "lorica." + reason, about, message,
            hint.Length > 0
                ? hint
                : "Nothing was changed. Put back the file that belongs there, or find out who changed it.", inner);
}
