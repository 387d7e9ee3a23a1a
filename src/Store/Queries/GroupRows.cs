using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Groups and who is in them.</summary>
public sealed class GroupRows
{
    private readonly CenterContext _db;

    internal GroupRows(CenterContext db) => _db = db;
}
