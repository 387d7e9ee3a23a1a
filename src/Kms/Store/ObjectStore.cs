using System.Collections.Concurrent;
using System.Globalization;
using Lorica.Crypto;
using Lorica.Kmip;

namespace Lorica.Kms.Store;

/// <summary>
/// Objects as files, one each. Metadata of all of them is held in memory, material never: it is opened into key memory for the
/// moment in which it is given away. The number in the file's name counts up and is never reused, since tombstones stay.
/// </summary>
internal sealed class ObjectStore : IKmipObjectStore, IDisposable
{
    /// <summary>Ending of an object's file.</summary>
    public const string Ending = ".key";

    private readonly ConcurrentDictionary<string, Entry> _objects = new(StringComparer.Ordinal);
    private readonly StateFolder _folder;
    private readonly RootKey _keys;
    private readonly BackupRule? _rule;
    private long _last;

    private ObjectStore(StateFolder folder, RootKey keys, BackupRule? rule)
    {
        _folder = folder;
        _keys = keys;
        _rule = rule;
    }

    /// <summary>
    /// Object files that could not be read, with the reason; they are left alone and their objects are not served.
    /// </summary>
    public IReadOnlyList<string> Damaged { get; private set; } = [];

    /// <summary>All objects, tombstones included.</summary>
    public IEnumerable<KmipObject> All => _objects.Values.OrderBy(e => e.Number).Select(e => e.Object);

    /// <summary>Reads all objects. The root key is owned by the store from here on.</summary>
    /// <param name="folder">The state folder.</param>
    /// <param name="keys">Keys of the objects.</param>
    /// <param name="cleanUp">Removes files that a crash left unfinished: for the one who holds the lock only.</param>
    /// <param name="rule">Says when new keys are refused; null never refuses.</param>
    /// <exception cref="KmsException">Damaged: not one object belongs to the root key.</exception>
    public static ObjectStore Open(StateFolder folder, RootKey keys, bool cleanUp, BackupRule? rule = null)
    {
        var store = new ObjectStore(folder, keys, rule);
        var damaged = new List<string>();
        foreach (var path in Directory.EnumerateFiles(folder.Objects).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (name.EndsWith(DurableFile.Aside, StringComparison.Ordinal))
            {
                if (cleanUp)
                {
                    File.Delete(path);
                }

                continue;
            }

            store.Load(path, damaged);
        }

        if (damaged.Count > 0 && store._objects.IsEmpty)
        {
            throw new KmsException(
                KmsErrorKind.Damaged, $"none of the {damaged.Count} objects in {folder.Objects} belongs to {folder.RootKey}",
                "bring back the root key and the objects of one backup");
        }

        store.Damaged = damaged;
        return store;
    }

    /// <inheritdoc />
    public KmipObject? Find(string uniqueIdentifier) =>
        _objects.TryGetValue(uniqueIdentifier, out var entry) ? entry.Object : null;

    /// <inheritdoc />
    public IEnumerable<KmipObject> OfOwner(string owner) =>
        _objects.Values.Where(e => e.Object.Owner == owner).OrderByDescending(e => e.Number).Select(e => e.Object);

    /// <inheritdoc />
    public void Generate(KmipObject created, int bytes)
    {
        using var material = KeyBuffer.Random(bytes);
        Add(created, material.Span);
    }

    /// <inheritdoc />
    public void Register(KmipObject registered, ReadOnlySpan<byte> material) => Add(registered, material);

    /// <inheritdoc />
    public void Update(KmipObject changed)
    {
        var entry = _objects[changed.UniqueIdentifier];
        var (_, box) = ReadFile(entry);
        DurableFile.Write(PathOf(entry.Number), ObjectFile.Encode(changed, box.Span, _keys));
        _objects[changed.UniqueIdentifier] = entry with { Object = changed };
    }

    /// <inheritdoc />
    public void Destroy(KmipObject tombstone)
    {
        var entry = _objects[tombstone.UniqueIdentifier];
        var path = PathOf(entry.Number);

        // The old file is held open over the rename, so that its bytes can be overwritten once no name leads to them. A crash in
        // between leaves sealed bytes in free space; the object is destroyed all the same.
        using var old = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        DurableFile.Write(path, ObjectFile.Encode(tombstone, [], _keys));
        _objects[tombstone.UniqueIdentifier] = entry with { Object = tombstone };
        DurableFile.Overwrite(old);
    }

    /// <inheritdoc />
    public void Read(string uniqueIdentifier, KeySink sink)
    {
        var (stored, box) = ReadFile(_objects[uniqueIdentifier]);
        using var material = ObjectFile.Open(stored.UniqueIdentifier, box.Span, _keys);
        sink(material.Span);
    }

    /// <inheritdoc />
    public void Dispose() => _keys.Dispose();

    private void Add(KmipObject o, ReadOnlySpan<byte> material)
    {
        _rule?.Check();
        var number = ++_last;
        DurableFile.Write(PathOf(number), ObjectFile.Encode(o, ObjectFile.Seal(o.UniqueIdentifier, material, _keys), _keys));
        _objects[o.UniqueIdentifier] = new(o, number);
    }

    private void Load(string path, List<string> damaged)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        if (!path.EndsWith(Ending, StringComparison.Ordinal)
            || !long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
        {
            damaged.Add($"{path} is no object file");
            return;
        }

        _last = Math.Max(_last, number);
        try
        {
            var (o, _) = ObjectFile.Decode(File.ReadAllBytes(path), _keys);
            if (!_objects.TryAdd(o.UniqueIdentifier, new(o, number)))
            {
                damaged.Add($"{path} holds an object that another file holds too");
            }
        }
        catch (KmsException e)
        {
            damaged.Add($"{path} {e.Message}");
        }
    }

    private (KmipObject Object, ReadOnlyMemory<byte> Box) ReadFile(Entry entry)
    {
        var (o, box) = ObjectFile.Decode(File.ReadAllBytes(PathOf(entry.Number)), _keys);
        return o.UniqueIdentifier == entry.Object.UniqueIdentifier
            ? (o, box)
            : throw new KmsException(KmsErrorKind.Damaged, $"{PathOf(entry.Number)} holds another object than at the start");
    }

    private string PathOf(long number) =>
        Path.Combine(_folder.Objects, number.ToString("D10", CultureInfo.InvariantCulture) + Ending);

    private sealed record Entry(KmipObject Object, long Number);
}
