using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Creations that may be repeated.</summary>
public sealed class IdempotencyRows
{
    private readonly CenterContext _db;

    internal IdempotencyRows(CenterContext db) => _db = db;
}
