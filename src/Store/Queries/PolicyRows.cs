using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Storage policies, of which objects they are, and what is under way to apply them to many.</summary>
public sealed class PolicyRows
{
    private readonly CenterContext _db;

    internal PolicyRows(CenterContext db) => _db = db;
}
