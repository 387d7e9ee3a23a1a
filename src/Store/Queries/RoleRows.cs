using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Roles that somebody made, and what they hold.</summary>
public sealed class RoleRows
{
    private readonly CenterContext _db;

    internal RoleRows(CenterContext db) => _db = db;
}
