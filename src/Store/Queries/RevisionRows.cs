using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Revisions of what people edit.</summary>
public sealed class RevisionRows
{
    private readonly CenterContext _db;

    internal RevisionRows(CenterContext db) => _db = db;
}
