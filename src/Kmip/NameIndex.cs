using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Lorica.Kmip;

/// <summary>
/// Which objects of an owner carry a Name, for stores. Read and changed by several threads side by side; changes of one object
/// must come one after the other.
/// </summary>
public sealed class NameIndex
{
    private readonly ConcurrentDictionary<(string Owner, string Name), ImmutableHashSet<string>> _identifiers = new();

    /// <summary>Identifiers of the objects that carry it, in no order.</summary>
    public IReadOnlyCollection<string> Find(string owner, string name) =>
        _identifiers.TryGetValue((owner, name), out var found) ? found : [];

    /// <summary>An object took the place of another state of itself; null before it was there.</summary>
    public void Replace(KmipObject? before, KmipObject after)
    {
        ArgumentNullException.ThrowIfNull(after);
        var (old, now) = (before?.Names ?? [], after.Names);
        foreach (var name in now.Except(old, StringComparer.Ordinal))
        {
            _identifiers.AddOrUpdate(
                (after.Owner, name), _ => [after.UniqueIdentifier], (_, all) => all.Add(after.UniqueIdentifier));
        }

        foreach (var name in old.Except(now, StringComparer.Ordinal))
        {
            var key = (after.Owner, name);
            var left = _identifiers.AddOrUpdate(key, _ => [], (_, all) => all.Remove(after.UniqueIdentifier));
            if (left.IsEmpty)
            {
                // Taken out only if nobody put one in meanwhile.
                _identifiers.TryRemove(new(key, left));
            }
        }
    }
}
