using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Key records.</summary>
public sealed class KeyRecordRows
{
    private readonly CenterContext _db;

    internal KeyRecordRows(CenterContext db) => _db = db;
}
