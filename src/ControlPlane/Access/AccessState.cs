using System.Collections.Frozen;
using Lorica.ControlPlane.Tree;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Access;

/// <summary>Who may what, of everybody, at one moment of a transaction.</summary>
internal sealed class AccessState
{
    private readonly AccessRules _rules;
    private readonly TreeState _tree;
    private readonly ILookup<string, string> _groupsOf;
    private readonly Dictionary<string, FrozenSet<string>> _groupSets = new(StringComparer.Ordinal);

    private AccessState(AccessRules rules, TreeState tree, FrozenSet<string> users, List<GroupMemberRow> members)
    {
        _rules = rules;
        _tree = tree;
        Users = users;
        Members = members.Select(m => (m.GroupName, m.UserName)).ToHashSet();
        _groupsOf = members.ToLookup(m => m.UserName, m => m.GroupName, StringComparer.Ordinal);
    }

    /// <summary>Names of all users.</summary>
    public FrozenSet<string> Users { get; }

    /// <summary>Group and member.</summary>
    public IReadOnlySet<(string Group, string User)> Members { get; }

    /// <summary>Permissions at objects that are there.</summary>
    public IEnumerable<Grant> Grants => _rules.Grants;

    /// <summary>
    /// The root and every object with a permission: between two of them on the way down, what somebody holds does not change.
    /// </summary>
    public IEnumerable<ObjectRef> Places => Grants.Select(Place).Append(ObjectRef.Root).Distinct();

    /// <summary>Loads it.</summary>
    public static async Task<AccessState> LoadAsync(CenterDb db, CancellationToken ct)
    {
        var tree = await TreeState.LoadAsync(db, ct);
        var grants = (await db.Permissions.ListAsync(ct)).Select(Grant.Of)
            .Where(g => tree.Find(g.ObjectKind, g.ObjectId) is not null);
        return new AccessState(
            new AccessRules(grants, await RoleTable.LoadAllAsync(db, ct)), tree,
            (await db.Users.NamesAsync(ct)).ToFrozenSet(StringComparer.Ordinal),
            await db.Groups.MembersAsync(ct));
    }

    /// <summary>Privileges of a role.</summary>
    public FrozenSet<string> Role(int id) => _rules.Role(id);

    /// <summary>The object of a permission.</summary>
    public ObjectRef Place(Grant grant) => _tree.Find(grant.ObjectKind, grant.ObjectId)!.Value;

    /// <summary>An object and those above it.</summary>
    public AccessPath Path(ObjectRef target) => AccessPath.Of(target, _tree.Path);

    /// <summary>What a user holds at an object; with <paramref name="propagated"/> only what also holds below it.</summary>
    public FrozenSet<string> Effective(string user, ObjectRef target, bool propagated) => Users.Contains(user)
        ? _rules.Effective(user, GroupsOf(user), Path(target), propagated)
        : FrozenSet<string>.Empty;

    private FrozenSet<string> GroupsOf(string user) => _groupSets.TryGetValue(user, out var known)
        ? known
        : _groupSets[user] = _groupsOf[user].ToFrozenSet(StringComparer.Ordinal);
}
