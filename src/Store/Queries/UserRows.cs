using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Users, their sessions and API tokens.</summary>
public sealed class UserRows
{
    private readonly CenterContext _db;

    internal UserRows(CenterContext db) => _db = db;
}
