using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Keys;

/// <summary>Faults and events about keys that are out of reach; one table for all faces.</summary>
internal static class KeyFaults
{
    private const string Removed = "It was removed by hand;";
    private const string OutOfMode = " is not in encryption mode; change that with: ";

    /// <summary>Throws when a key did not get to the host.</summary>
    public static void ThrowIfMissing(this DeliveryResult delivery, string vm)
    {
        if (delivery.Faults.Count > 0)
        {
            throw new FaultException(Missing(vm, delivery.Reasons));
        }
    }

    /// <summary>The refusal of an operation that needs the keys.</summary>
    public static Fault Missing(string vm, IReadOnlyList<KeyReason> keys) =>
        new(FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", vm,
            $"{vm} is locked: {string.Join("; ", keys.Select(k => $"key {k.Provider}/{k.KeyId}: {Words(k.Reason)}"))}.",
            keys.Count == 0 ? "" : Hint(keys[0], vm))
        {
            Keys = keys,
        };

    /// <summary>
    /// The same refusal as one of the first disk whose key is missing while that of VM home is there; null when it is none.
    /// Without that disk the rest of the VM starts.
    /// </summary>
    public static Fault? DiskOf(Fault fault, VmRow vm, VmFiles files)
    {
        bool Lacks(KeyName? key) => key is not null && fault.Keys.Any(k => k.Provider == key.Provider && k.KeyId == key.KeyId);
        return fault.Key != "msg.vigor.enc.keyNotFound" || Lacks(files.Key)
            || files.Disks.FirstOrDefault(d => Lacks(d.Key)) is not { } disk
            ? null
            : fault with
            {
                Object = disk.Path,
                Message = $"The disk {disk.Path} is encrypted and a required key was not found.",
                Hint = $"{fault.Hint} Without that disk the rest starts: lorica vm disk detach {vm.Name} {disk.Label}"
                    .TrimStart(),
            };
    }

    /// <summary>A new key cannot be used.</summary>
    public static Fault NotUsable(string vm, KeyReason key) =>
        new(key.Reason is KeyReasons.ProviderUnreachable ? FaultTypes.HostCommunication : FaultTypes.InvalidState,
            "lorica.keyNotUsable", vm,
            $"The key {key.Provider}/{key.KeyId} for {vm} cannot be used: {Words(key.Reason)}. {key.Detail}".TrimEnd(),
            key.Reason == KeyReasons.NotActiveOnKms
                ? "Name a key that is active on its KMS, or none: then a new one is made."
                : Hint(key, vm))
        {
            Keys = [key],
        };

    /// <summary>The event of a VM that became locked for <paramref name="reason"/>.</summary>
    public static string LockEvent(string reason) => reason switch
    {
        KeyReasons.ProviderUnreachable or KeyReasons.ProviderUnknown or KeyReasons.NoPermission => EventIds.LockedClusterError,
        KeyReasons.RefusedByKms => EventIds.LockedClusterError,
        KeyReasons.MissingOnKms or KeyReasons.NotVisibleToIdentity or KeyReasons.NotActiveOnKms or KeyReasons.WrongKey
            or KeyReasons.NotAKey => EventIds.LockedMissingOnKms,
        _ => EventIds.LockedMissingOnHost,
    };

    /// <summary>A reason in words.</summary>
    public static string Words(string reason) => reason switch
    {
        KeyReasons.MissingOnHost => "not on its host",
        KeyReasons.MissingOnKms => "not on the KMS",
        KeyReasons.NotVisibleToIdentity => "not visible to this identity",
        KeyReasons.NotActiveOnKms => "not active on the KMS",
        KeyReasons.ProviderUnreachable => "its provider cannot be reached",
        KeyReasons.ProviderUnknown => "its provider is not registered",
        KeyReasons.NoPermission => "the KMS refuses this center",
        KeyReasons.WrongKey => "another key answers under its id",
        KeyReasons.NotAKey => "what the KMS has under its id is no AES-256 key",
        KeyReasons.RefusedByKms => "the KMS refuses to give it",
        _ => reason,
    };

    /// <summary>What alarms say of a key under whose id the KMS has something else.</summary>
    public static string WrongAt(string provider, string keyId, string reason, string detail) =>
        (reason == KeyReasons.NotAKey
            ? $"What the KMS has as {provider}/{keyId} is no AES-256 key. {detail}"
            : $"Another key than the recorded one answers as {provider}/{keyId}. {detail}").TrimEnd();

    /// <summary>Whether the KMS says that it has no such key for us.</summary>
    public static bool IsGone(string? reason) => reason is KeyReasons.MissingOnKms or KeyReasons.NotVisibleToIdentity;

    /// <summary>What is said of a key that somebody removed by force.</summary>
    public static string RemovedByHand(ExpectedKey key) => $"{Removed} take that back with: lorica key restore {key}";

    /// <summary>What is said of a key that is kept from a host.</summary>
    public static string NotInEncryptionMode(string host) => $"{host}{OutOfMode}lorica host crypto enable {host}";

    private static string Hint(KeyReason key, string vm) => key.Reason switch
    {
        KeyReasons.MissingOnHost when key.Detail.Contains(OutOfMode, StringComparison.Ordinal) => $"{key.Detail}.",
        KeyReasons.MissingOnHost when key.Detail.StartsWith(Removed, StringComparison.Ordinal) =>
            $"Somebody removed that key by force. Take that back: lorica key restore {key.Provider}/{key.KeyId}",
        KeyReasons.MissingOnHost => "See that the host and the key broker run.",
        KeyReasons.MissingOnKms => "Restore the key on the KMS; the VM is unlocked by itself.",
        KeyReasons.NotVisibleToIdentity => $"The client identity of {key.Provider} was changed without a proof that it sees this "
            + $"key. Put the former one back: lorica kms identity restore {key.Provider}. Or let the KMS give the key to the "
            + "present one, on lorica-kms: lorica-kms client hand-over. The VM is unlocked by itself.",
        KeyReasons.NotActiveOnKms when key.Detail.Contains("PreActive", StringComparison.Ordinal) =>
            "Activate the key on the KMS; the VM is unlocked by itself.",
        KeyReasons.NotActiveOnKms when key.Detail.Contains("Archived", StringComparison.Ordinal) =>
            "Recover the key from the archive of the KMS; the VM is unlocked by itself.",
        KeyReasons.NotActiveOnKms =>
            $"Take the VM away from that key: lorica vm recrypt {vm} --shallow. "
                + $"To start it before: lorica vm unlock {vm} --deactivated",
        KeyReasons.ProviderUnreachable => "Bring the KMS back; the VM is unlocked by itself.",
        KeyReasons.ProviderUnknown => "Register the provider under its old name (`lorica kms add`).",
        KeyReasons.NoPermission => "Let the KMS trust the client certificate of the provider.",
        KeyReasons.WrongKey => "Restore the right key on the KMS.",
        KeyReasons.NotAKey =>
            "Name a symmetric AES key of 256 bits whose bytes the KMS gives; if this key was in use, restore it on the KMS.",
        KeyReasons.RefusedByKms => "See what the KMS logs for that key; the VM is unlocked by itself.",
        _ => "",
    };
}
