using System.Collections.Concurrent;
using System.Security.Cryptography;
using Lorica.Kmip;

namespace Lorica.Testing;

/// <summary>
/// A store that forgets everything with its process, keys in ordinary memory.
/// </summary>
public sealed class KmipMemoryStore : IKmipObjectStore
{
    private readonly ConcurrentDictionary<string, (KmipObject Object, byte[] Material, long Number)> _objects =
        new(StringComparer.Ordinal);
    private long _next;

    public KmipObject? Find(string uniqueIdentifier) =>
        _objects.TryGetValue(uniqueIdentifier, out var found) ? found.Object : null;

    public IEnumerable<KmipObject> OfOwner(string owner) =>
        _objects.Values.Where(v => v.Object.Owner == owner).OrderByDescending(v => v.Number).Select(v => v.Object);

    public IEnumerable<KmipObject> OfName(string owner, string name) =>
        OfOwner(owner).Where(o => o.Names.Contains(name, StringComparer.Ordinal));

    public void Generate(KmipObject created, int bytes) => Register(created, RandomNumberGenerator.GetBytes(bytes));

    public void Register(KmipObject registered, ReadOnlySpan<byte> material) =>
        _objects[registered.UniqueIdentifier] = (registered, material.ToArray(), Interlocked.Increment(ref _next));

    public void Update(KmipObject changed) =>
        _objects[changed.UniqueIdentifier] = _objects[changed.UniqueIdentifier] with { Object = changed };

    public void Destroy(KmipObject tombstone)
    {
        var old = _objects[tombstone.UniqueIdentifier];
        CryptographicOperations.ZeroMemory(old.Material);
        _objects[tombstone.UniqueIdentifier] = old with { Object = tombstone, Material = [] };
    }

    public void Read(string uniqueIdentifier, KeySink sink) => sink(_objects[uniqueIdentifier].Material);
}
