using System.Collections.Frozen;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Access;

/// <summary>What roles hold: the built-in ones from the program, the others from the database.</summary>
internal static class RoleTable
{
    private static readonly FrozenDictionary<int, FrozenSet<string>> BuiltIn =
        BuiltInRoles.All.ToFrozenDictionary(r => r.Id, r => r.Privileges);

    /// <summary>Privileges by role, of the built-in ones and of <paramref name="custom"/>.</summary>
    public static async Task<IReadOnlyDictionary<int, FrozenSet<string>>> LoadAsync(
        CenterDb db, IReadOnlyCollection<int> custom, CancellationToken ct) =>
        custom.Count == 0 ? BuiltIn : With(await db.Roles.PrivilegesAsync(custom, ct), custom);

    /// <summary>The same of all roles.</summary>
    public static async Task<IReadOnlyDictionary<int, FrozenSet<string>>> LoadAllAsync(CenterDb db, CancellationToken ct) =>
        With(await db.Roles.PrivilegesAsync(ct), await db.Roles.IdsAsync(ct));

    private static Dictionary<int, FrozenSet<string>> With(List<RolePrivilegeRow> rows, IReadOnlyCollection<int> custom)
    {
        var all = new Dictionary<int, FrozenSet<string>>(BuiltIn);
        var byRole = rows.ToLookup(r => r.RoleId, r => r.Privilege);
        foreach (int id in custom)
        {
            // A privilege of a newer program means nothing to this one.
            all[id] = byRole[id].Where(Privileges.All.Contains).Concat(BuiltInRoles.Always).ToFrozenSet(StringComparer.Ordinal);
        }

        return all;
    }
}
