using System.Collections.Frozen;
using System.Text.Json;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Access;

/// <summary>Everything that one caller may, loaded once.</summary>
internal sealed class CallerAccess
{
    private readonly Caller _caller;
    private readonly AccessRules _rules;
    private readonly FrozenSet<string> _groups;
    private readonly TokenScope? _scope;

    private CallerAccess(Caller caller, AccessRules rules, FrozenSet<string> groups, TokenScope? scope)
    {
        _caller = caller;
        _rules = rules;
        _groups = groups;
        _scope = scope;
    }

    /// <summary>Loads it. A user who is not there, and a token that is not there or has expired, hold nothing.</summary>
    public static async Task<CallerAccess> LoadAsync(CenterDb db, Caller caller, TimeProvider time, CancellationToken ct)
    {
        var nothing = new CallerAccess(caller, new AccessRules([], FrozenDictionary<int, FrozenSet<string>>.Empty), [], null);
        if (caller.IsSystem || !await db.Users.ExistsAsync(caller.User, ct))
        {
            return nothing;
        }

        TokenScope? scope = null;
        if (caller.TokenId.Length > 0)
        {
            long now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var token = await db.Tokens.FindValidAsync(caller.TokenId, caller.User, now, ct);
            if (token is null)
            {
                return nothing;
            }

            scope = ScopeOf(token);
        }

        var groups = (await db.Groups.OfUserAsync(caller.User, ct)).ToFrozenSet(StringComparer.Ordinal);
        var rows = await db.Permissions.OfAsync(caller.User, groups, ct);
        var roles = await RoleTable.LoadAsync(db, [.. rows.Select(r => r.RoleId).Where(r => r > 0).Distinct()], ct);
        return new CallerAccess(caller, new AccessRules(rows.Select(Grant.Of), roles), groups, scope);
    }

    /// <summary>The scope of a token.</summary>
    public static TokenScope ScopeOf(TokenRow token) => new(
        token.Privileges is null ? null
            : (JsonSerializer.Deserialize(token.Privileges, StoreJson.Default.ListString) ?? []).Concat(BuiltInRoles.Always)
                .ToFrozenSet(StringComparer.Ordinal),
        token.ObjectId, token.ObjectKind);

    /// <summary>
    /// VMs at which a permission of theirs or the scope of their token is set: of others the container decides.
    /// </summary>
    public IReadOnlyCollection<string> OwnVms =>
    [
        .. _rules.Grants.Where(g => g.ObjectKind == ObjectKinds.Vm).Select(g => g.ObjectId)
            .Concat(_scope is { ObjectKind: ObjectKinds.Vm, ObjectId: { } id } ? [id] : []).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Whether they hold <paramref name="privilege"/> at the object of <paramref name="path"/>.</summary>
    public bool Holds(string privilege, AccessPath path) =>
        _caller.IsSystem || Effective(path, propagated: false).Contains(privilege);

    /// <summary>
    /// What they hold at the object of <paramref name="path"/>; with <paramref name="propagated"/> only what also holds below it.
    /// </summary>
    public FrozenSet<string> Effective(AccessPath path, bool propagated)
    {
        if (_caller.IsSystem)
        {
            return Privileges.All;
        }

        var held = _rules.Effective(_caller.User, _groups, path, propagated);
        return _scope is null ? held : _scope.Limit(held, path);
    }
}
