using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Hosts, and those of the configuration as they were last taken over.</summary>
public sealed class HostRows
{
    private readonly CenterContext _db;

    internal HostRows(CenterContext db) => _db = db;
}
