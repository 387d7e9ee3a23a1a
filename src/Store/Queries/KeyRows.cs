using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Keys made ahead, removed by force, or checked; daily checks.</summary>
public sealed class KeyRows
{
    private readonly CenterContext _db;

    internal KeyRows(CenterContext db) => _db = db;
}
