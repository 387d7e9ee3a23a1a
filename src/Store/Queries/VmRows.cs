using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>VMs.</summary>
public sealed class VmRows
{
    private readonly CenterContext _db;

    internal VmRows(CenterContext db) => _db = db;
}
