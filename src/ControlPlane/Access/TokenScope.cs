using System.Collections.Frozen;

namespace Lorica.ControlPlane.Access;

/// <summary>What an API token may of what its owner may.</summary>
/// <param name="Privileges">Null: all of them.</param>
/// <param name="ObjectId">The object at and below which it holds; null: everywhere.</param>
/// <param name="ObjectKind">Kind of that object.</param>
internal sealed record TokenScope(FrozenSet<string>? Privileges, string? ObjectId, string? ObjectKind)
{
    /// <summary>What is left of <paramref name="held"/> at <paramref name="path"/>.</summary>
    public FrozenSet<string> Limit(FrozenSet<string> held, AccessPath path)
    {
        if (ObjectId is { } id && !Below(id, path))
        {
            return FrozenSet<string>.Empty;
        }

        return Privileges is null || held.Count == 0 ? held : held.Where(Privileges.Contains).ToFrozenSet(StringComparer.Ordinal);
    }

    private bool Below(string id, AccessPath path) =>
        path.Ids[0] == id ? path.Kind == ObjectKind : path.Ids.Skip(1).Contains(id, StringComparer.Ordinal);
}
