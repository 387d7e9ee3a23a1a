using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Permissions.</summary>
public sealed class PermissionRows
{
    private readonly CenterContext _db;

    internal PermissionRows(CenterContext db) => _db = db;
}
