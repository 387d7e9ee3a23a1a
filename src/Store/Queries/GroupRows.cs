using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Groups and who is in them.</summary>
public sealed class GroupRows
{
    private readonly CenterContext _db;

    internal GroupRows(CenterContext db) => _db = db;

    /// <summary>All groups by name.</summary>
    public Task<List<GroupRow>> ListAsync(CancellationToken ct) => _db.Groups.OrderBy(g => g.Name).ToListAsync(ct);

    /// <summary>Whether there is a group of this very name.</summary>
    public Task<bool> ExistsAsync(string name, CancellationToken ct) => _db.Groups.AnyAsync(g => g.Name == name, ct);

    /// <summary>Whether a group has the name, in whatever case.</summary>
    public Task<bool> IsTakenAsync(string name, CancellationToken ct)
    {
        string lower = name.ToLowerInvariant();
#pragma warning disable CA1862, RCS1155, MA0011 // Translated to SQL.
        return _db.Groups.AnyAsync(g => g.Name.ToLower() == lower, ct);
#pragma warning restore CA1862, RCS1155, MA0011
    }

    /// <summary>Adds a group.</summary>
    public void Add(GroupRow group) => _db.Groups.Add(group);

    /// <summary>Removes a group, at once; its members and permissions stay.</summary>
    public Task RemoveAsync(string name, CancellationToken ct) =>
        _db.Groups.Where(g => g.Name == name).ExecuteDeleteAsync(ct);

    /// <summary>Who is in which group, of all; not tracked.</summary>
    public Task<List<GroupMemberRow>> MembersAsync(CancellationToken ct) => _db.GroupMembers.AsNoTracking().ToListAsync(ct);

    /// <summary>Names of the groups in which a user is.</summary>
    public Task<List<string>> OfUserAsync(string user, CancellationToken ct) =>
        _db.GroupMembers.Where(m => m.UserName == user).Select(m => m.GroupName).ToListAsync(ct);

    /// <summary>Puts a user into a group.</summary>
    public void AddMember(string group, string user) =>
        _db.GroupMembers.Add(new GroupMemberRow { GroupName = group, UserName = user });

    /// <summary>Takes a user out of a group, at once.</summary>
    /// <returns>Whether they were in it.</returns>
    public async Task<bool> RemoveMemberAsync(string group, string user, CancellationToken ct) =>
        await _db.GroupMembers.Where(m => m.GroupName == group && m.UserName == user).ExecuteDeleteAsync(ct) > 0;

    /// <summary>Takes everybody out of a group, at once.</summary>
    public Task RemoveMembersAsync(string group, CancellationToken ct) =>
        _db.GroupMembers.Where(m => m.GroupName == group).ExecuteDeleteAsync(ct);

    /// <summary>Takes a user out of all groups, at once.</summary>
    public Task RemoveOfUserAsync(string user, CancellationToken ct) =>
        _db.GroupMembers.Where(m => m.UserName == user).ExecuteDeleteAsync(ct);
}
