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

    /// <summary>An object took the place of another state of itself, also with another owner; null before it was there.</summary>
    public void Replace(KmipObject? before, KmipObject after)
    {
        ArgumentNullException.ThrowIfNull(after);
        var (old, now) = (Keys(before), Keys(after));
        foreach (var key in now.Except(old))
        {
            _identifiers.AddOrUpdate(key, _ => [after.UniqueIdentifier], (_, all) => all.Add(after.UniqueIdentifier));
        }

        foreach (var key in old.Except(now))
        {
            var left = _identifiers.AddOrUpdate(key, _ => [], (_, all) => all.Remove(after.UniqueIdentifier));
            if (left.IsEmpty)
            {
                // Taken out only if nobody put one in meanwhile.
                _identifiers.TryRemove(new(key, left));
            }
        }
    }

    private static List<(string Owner, string Name)> Keys(KmipObject? o) =>
        o is null ? [] : [.. o.Names.Select(n => (o.Owner, n))];
}
