using Lorica.Model;
using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Permissions.</summary>
public sealed class PermissionRows
{
    private readonly CenterContext _db;

    internal PermissionRows(CenterContext db) => _db = db;

    /// <summary>All permissions; not tracked.</summary>
    public Task<List<PermissionRow>> ListAsync(CancellationToken ct) => _db.Permissions.AsNoTracking().ToListAsync(ct);

    /// <summary>Those of a user and of groups; not tracked.</summary>
    public Task<List<PermissionRow>> OfAsync(string user, IReadOnlyCollection<string> groups, CancellationToken ct) =>
        _db.Permissions.AsNoTracking().Where(
            p => (p.PrincipalKind == PrincipalKinds.User && p.Principal == user)
                || (p.PrincipalKind == PrincipalKinds.Group && groups.Contains(p.Principal))).ToListAsync(ct);

    /// <summary>The permission that a user or group has at an object itself; tracked in a transaction.</summary>
    public Task<PermissionRow?> FindAsync(string kind, string principal, ObjectRef at, CancellationToken ct) =>
        _db.Permissions.FirstOrDefaultAsync(
            p => p.PrincipalKind == kind && p.Principal == principal && p.ObjectKind == at.Kind && p.ObjectId == at.Id, ct);

    /// <summary>Names of users and groups that have a role somewhere; ten of them.</summary>
    public Task<List<string>> PrincipalsWithAsync(int role, CancellationToken ct) =>
        _db.Permissions.Where(p => p.RoleId == role).Select(p => p.Principal).Distinct().Take(10).ToListAsync(ct);

    /// <summary>Adds a permission.</summary>
    public void Add(PermissionRow permission) => _db.Permissions.Add(permission);

    /// <summary>Removes a tracked permission.</summary>
    public void Remove(PermissionRow permission) => _db.Permissions.Remove(permission);

    /// <summary>Removes the permissions of a user or group, at once.</summary>
    public Task RemoveOfAsync(string kind, string principal, CancellationToken ct) =>
        _db.Permissions.Where(p => p.PrincipalKind == kind && p.Principal == principal).ExecuteDeleteAsync(ct);
}
