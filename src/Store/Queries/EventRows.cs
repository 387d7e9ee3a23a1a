using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Audit events and the head of their chain.</summary>
public sealed class EventRows
{
    private readonly CenterContext _db;

    internal EventRows(CenterContext db) => _db = db;
}
