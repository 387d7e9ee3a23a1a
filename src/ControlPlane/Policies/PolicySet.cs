using Lorica.Contracts.Faults;

namespace Lorica.ControlPlane.Policies;

/// <summary>All storage policies at one moment.</summary>
public sealed class PolicySet
{
    private readonly Dictionary<string, StoragePolicy> _byId;

    /// <summary>The built-in policies and <paramref name="made"/>.</summary>
    public PolicySet(IEnumerable<StoragePolicy> made)
    {
        All = [.. made.Concat(PolicyCatalog.BuiltIn).OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase)];
        _byId = All.ToDictionary(p => p.Id, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All policies, by name.</summary>
    public IReadOnlyList<StoragePolicy> All { get; }

    /// <summary>By id or name; NotFound otherwise.</summary>
    public StoragePolicy Find(string idOrName) => TryFind(idOrName)
        ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.policyNotFound", idOrName,
            $"There is no storage policy \"{idOrName}\".", "See `lorica policy ls`."));

    /// <summary>By id or name, or null.</summary>
    public StoragePolicy? TryFind(string idOrName) => _byId.GetValueOrDefault(idOrName)
        ?? All.FirstOrDefault(p => string.Equals(p.Name, idOrName, StringComparison.OrdinalIgnoreCase));

    /// <summary>By the id of an association; no association, and a policy that is gone, count as the default.</summary>
    public StoragePolicy OfId(string? id) => (id is null ? null : _byId.GetValueOrDefault(id)) ?? PolicyCatalog.DatastoreDefault;
}
