using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>VMs that were unregistered.</summary>
public sealed class KnownVmRows
{
    private readonly CenterContext _db;

    internal KnownVmRows(CenterContext db) => _db = db;
}
