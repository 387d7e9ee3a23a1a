using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Key providers.</summary>
public sealed class ProviderRows
{
    private readonly CenterContext _db;

    internal ProviderRows(CenterContext db) => _db = db;
}
