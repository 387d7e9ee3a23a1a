using Lorica.Contracts.Faults;

namespace Lorica.ControlPlane.Policies;

/// <summary>The storage policies; the two built-in ones cannot be edited.</summary>
public sealed class PolicyCatalog
{
    /// <summary>Encrypts VM home and disks; the id is the original's.</summary>
    public static readonly StoragePolicy Encryption = new("4d5f673c-536f-11e6-beb8-9e71128cae77", "VM Encryption Policy",
        "Encrypts VM home and disks.", Encryption: true, AllowCleartextFilters: false, BuiltIn: true);

    /// <summary>No rules.</summary>
    public static readonly StoragePolicy DatastoreDefault = new("5f0c1f3e-86c2-4c53-9d2a-64b1a0f1c7de", "Datastore Default",
        "No rules: what the datastore gives.", Encryption: false, AllowCleartextFilters: false, BuiltIn: true);

    /// <summary>All policies, by name.</summary>
    public IReadOnlyList<StoragePolicy> All { get; } = [DatastoreDefault, Encryption];

    /// <summary>By name or id; NotFound otherwise.</summary>
    public StoragePolicy Find(string nameOrId) =>
        All.FirstOrDefault(p => string.Equals(p.Id, nameOrId, StringComparison.OrdinalIgnoreCase))
        ?? All.FirstOrDefault(p => string.Equals(p.Name, nameOrId, StringComparison.OrdinalIgnoreCase))
        ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.policyNotFound", nameOrId,
            $"There is no storage policy \"{nameOrId}\".", "See `lorica policy ls`."));

    /// <summary>By the id of an association; what is no longer there counts as the default.</summary>
    public StoragePolicy OfId(string? id) => All.FirstOrDefault(p => p.Id == id) ?? DatastoreDefault;
}
