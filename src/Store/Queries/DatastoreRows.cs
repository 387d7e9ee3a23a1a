using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Datastores, as hosts see them too, and their tags.</summary>
public sealed class DatastoreRows
{
    private readonly CenterContext _db;

    internal DatastoreRows(CenterContext db) => _db = db;
}
