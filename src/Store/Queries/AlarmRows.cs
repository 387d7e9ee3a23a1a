using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Alarms.</summary>
public sealed class AlarmRows
{
    private readonly CenterContext _db;

    internal AlarmRows(CenterContext db) => _db = db;
}
