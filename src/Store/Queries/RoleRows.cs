using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Roles that somebody made, and what they hold.</summary>
public sealed class RoleRows
{
    private readonly CenterContext _db;

    internal RoleRows(CenterContext db) => _db = db;

    /// <summary>All of them by name; not tracked.</summary>
    public Task<List<RoleRow>> ListAsync(CancellationToken ct) =>
        _db.Roles.AsNoTracking().OrderBy(r => r.Name).ToListAsync(ct);

    /// <summary>Ids of all of them.</summary>
    public Task<List<int>> IdsAsync(CancellationToken ct) => _db.Roles.Select(r => r.Id).ToListAsync(ct);

    /// <summary>Adds a role; it has an id once it is saved.</summary>
    public void Add(RoleRow role) => _db.Roles.Add(role);

    /// <summary>Removes a role, at once.</summary>
    public Task RemoveAsync(int id, CancellationToken ct) => _db.Roles.Where(r => r.Id == id).ExecuteDeleteAsync(ct);

    /// <summary>What all of them hold; not tracked.</summary>
    public Task<List<RolePrivilegeRow>> PrivilegesAsync(CancellationToken ct) =>
        _db.RolePrivileges.AsNoTracking().ToListAsync(ct);

    /// <summary>What some of them hold; not tracked.</summary>
    public Task<List<RolePrivilegeRow>> PrivilegesAsync(IReadOnlyCollection<int> roles, CancellationToken ct) =>
        _db.RolePrivileges.AsNoTracking().Where(p => roles.Contains(p.RoleId)).ToListAsync(ct);

    /// <summary>Adds privileges to a role.</summary>
    public void AddPrivileges(int role, IEnumerable<string> privileges) =>
        _db.RolePrivileges.AddRange(privileges.Select(p => new RolePrivilegeRow { RoleId = role, Privilege = p }));

    /// <summary>Takes all privileges from a role, at once.</summary>
    public Task RemovePrivilegesAsync(int role, CancellationToken ct) =>
        _db.RolePrivileges.Where(p => p.RoleId == role).ExecuteDeleteAsync(ct);
}
