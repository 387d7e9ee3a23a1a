using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>What outages of keys have led to.</summary>
public sealed class OutageRows
{
    private readonly CenterContext _db;

    internal OutageRows(CenterContext db) => _db = db;
}
