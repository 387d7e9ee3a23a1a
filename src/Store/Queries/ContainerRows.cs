using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Root, datacenters, clusters, folders.</summary>
public sealed class ContainerRows
{
    private readonly CenterContext _db;

    internal ContainerRows(CenterContext db) => _db = db;
}
