using System.Collections.Frozen;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// Permissions, weighed.
/// <code>
/// from the object up to the root, the first object with a permission for the person decides:
///   their own there ─────────────► its role
///   else those of their groups ──► all their roles together
/// a permission that does not propagate counts only at the very object where it is set
/// </code>
/// </summary>
internal sealed class AccessRules(IEnumerable<Grant> grants, IReadOnlyDictionary<int, FrozenSet<string>> roles)
{
    private static readonly FrozenSet<string> Nothing = FrozenSet<string>.Empty;

    private readonly ILookup<string, Grant> _byObject = grants.ToLookup(g => g.ObjectId, StringComparer.Ordinal);

    /// <summary>All permissions.</summary>
    public IEnumerable<Grant> Grants => _byObject.SelectMany(g => g);

    /// <summary>Privileges of a role; none of one that is not there.</summary>
    public FrozenSet<string> Role(int id) => roles.GetValueOrDefault(id, Nothing);

    /// <summary>What a person holds at the object of <paramref name="path"/>.</summary>
    /// <param name="user">Name.</param>
    /// <param name="groups">Groups in which they are.</param>
    /// <param name="path">The object and those above it.</param>
    /// <param name="propagated">Only what holds for everything below it as well.</param>
    public FrozenSet<string> Effective(string user, IReadOnlySet<string> groups, AccessPath path, bool propagated)
    {
        for (int i = 0; i < path.Ids.Count; i++)
        {
            var group = default(HashSet<int>);
            foreach (var grant in _byObject[path.Ids[i]])
            {
                if (!Counts(grant, path, i, propagated))
                {
                    continue;
                }

                if (!grant.IsGroup && grant.Principal == user)
                {
                    return Role(grant.RoleId);
                }

                if (grant.IsGroup && groups.Contains(grant.Principal))
                {
                    (group ??= []).Add(grant.RoleId);
                }
            }

            if (group is not null)
            {
                return group.Count == 1 ? Role(group.First()) : group.SelectMany(Role).ToFrozenSet(StringComparer.Ordinal);
            }
        }

        return Nothing;
    }

    /// <summary>Containers are known by their ids alone; of the object itself the kind counts too.</summary>
    private static bool Counts(Grant grant, AccessPath path, int index, bool propagated) =>
        index == 0 ? grant.ObjectKind == path.Kind && (!propagated || grant.Propagate) : grant.Propagate;
}
