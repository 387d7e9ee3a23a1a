using Lorica.Contracts.Faults;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Whose a key is, by the records: VMs of the inventory that have or had it (pending, usable, known or retired, in use or not),
/// VMs that left and whose files lie somewhere, and hosts. A key that was made for a VM that never came to be, and never used, is
/// nobody's.
/// </summary>
internal static class KeyOwners
{
    /// <summary>Owners other than <paramref name="except"/>, by name.</summary>
    public static async Task<List<KeyOwner>> OfAsync(
        CenterDb db, string provider, string keyId, IReadOnlyCollection<string> except, CancellationToken ct)
    {
        var records = await db.KeyRecords.OfKeyAsync(provider, keyId, except, ct);
        if (records.Count == 0)
        {
            return [];
        }

        var vms = records.Select(r => r.VmId).ToHashSet(StringComparer.Ordinal);
        var objects = records.Select(r => r.ObjectId).ToHashSet(StringComparer.Ordinal);
        var names = await db.Vms.NamesAsync(vms, ct);
        var left = await db.KnownVms.NamesAsync(vms, ct);
        var hosts = await db.Hosts.NamesAsync(objects, ct);
        return [.. records.Where(
                r => r.Kind == RecordedObject.HostKind || names.ContainsKey(r.VmId) || r.State != KeyRecordStates.Retired
                    || r.Generation > 0)
            .Select(r => r.Kind == RecordedObject.HostKind
                ? new KeyOwner(r.ObjectId, hosts.GetValueOrDefault(r.ObjectId, r.ObjectId), IsHost: true, Left: false)
                : names.TryGetValue(r.VmId, out string? name) ? new KeyOwner(r.VmId, name, IsHost: false, Left: false)
                : new KeyOwner(r.VmId, left.GetValueOrDefault(r.VmId, r.VmId), IsHost: false, Left: true))
            .Distinct().OrderBy(o => o.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>The refusal of a key that belongs to others.</summary>
    public static Fault InUse(string provider, string keyId, IEnumerable<string> owners) => new(
        FaultTypes.ResourceInUse, "lorica.keyInUse", $"{provider}/{keyId}",
        $"Key {provider}/{keyId} belongs to {string.Join(", ", owners)}.", "Name another key, or none: then a new one is made.");
}
