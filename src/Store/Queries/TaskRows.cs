using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Tasks.</summary>
public sealed class TaskRows
{
    private readonly CenterContext _db;

    internal TaskRows(CenterContext db) => _db = db;
}
