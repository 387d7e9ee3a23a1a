using System.Collections.Concurrent;
using System.Globalization;
using Lorica.Crypto;
using Lorica.Kmip;
using Lorica.Platform.Files;

namespace Lorica.Kms.Store;

/// <summary>
/// Objects as files, one each. Metadata of all of them is held in memory, material never: it is opened into key memory for the
/// moment in which it is given away. The number in the file's name counts up and is never reused, since tombstones stay.
/// </summary>
/// <remarks>
/// Many threads read and write side by side; whoever changes one object sees to it that nobody else does. A change is shown to
/// readers after it is durable, never before, so no reader ever waits for a disk to sync:
/// <code>
/// 1 seal, write aside, fsync the file        crash: a file aside that the next start removes
/// 2 rename over the object's file            crash: the old file or the new one, and nobody was told
/// 3 fsync of the folder, one for many        crash: the new one
/// 4 what readers find is the new one, then the answer
/// </code>
/// Objects that one crash meets at step 2 are each there in their old or new form by themselves. When step 3 fails, nothing is
/// written any more until the next start.
/// </remarks>
internal sealed class ObjectStore : IKmipObjectStore, IDisposable
{
    /// <summary>Ending of an object's file.</summary>
    public const string Ending = ".key";

    /// <summary>Ending of files that an earlier version left unfinished.</summary>
    private const string FirstAside = ".tmp";

    private readonly ConcurrentDictionary<string, Entry> _objects = new(StringComparer.Ordinal);
    private readonly StateFolder _folder;
    private readonly RootKey _keys;
    private readonly BackupRule? _rule;
    private readonly GroupSync _sync;
    private readonly NameIndex _names = new();
    private long _last;

    private ObjectStore(StateFolder folder, RootKey keys, BackupRule? rule, Action? sync)
    {
        _folder = folder;
        _keys = keys;
        _rule = rule;
        _sync = new(sync ?? (() => DurableFile.SyncFolder(folder.Objects)));
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
    /// <param name="sync">What makes the entries of the folder durable; null for an fsync of it.</param>
    /// <exception cref="KmsException">Damaged: not one object belongs to the root key.</exception>
    public static ObjectStore Open(StateFolder folder, RootKey keys, bool cleanUp, BackupRule? rule = null, Action? sync = null)
    {
        var store = new ObjectStore(folder, keys, rule, sync);
        var damaged = new List<string>();
        foreach (string path in Directory.EnumerateFiles(folder.Objects).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            if (DurableFile.IsAside(name) || name.EndsWith(FirstAside, StringComparison.Ordinal))
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
    public IEnumerable<KmipObject> OfName(string owner, string name) =>
        _names.Find(owner, name).Select(id => _objects.GetValueOrDefault(id)).OfType<Entry>()
            .OrderByDescending(e => e.Number).Select(e => e.Object);

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
        DurableFile.Place(PathOf(entry.Number), ObjectFile.Encode(changed, box.Span, _keys));
        _sync.Wait();
        Show(entry with { Object = changed });
    }

    /// <inheritdoc />
    public void Destroy(KmipObject tombstone)
    {
        var entry = _objects[tombstone.UniqueIdentifier];
        string path = PathOf(entry.Number);

        // The old file is held open over the rename, so that its bytes can be overwritten once no name leads to them. A crash in
        // between leaves sealed bytes in free space; the object is destroyed all the same.
        using var old = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        Show(entry with { Leaving = true });
        try
        {
            DurableFile.Place(path, ObjectFile.Encode(tombstone, [], _keys));
            _sync.Wait();
        }
        catch
        {
            Show(entry);
            throw;
        }

        Show(entry with { Object = tombstone });
        DurableFile.Overwrite(old);
    }

    /// <inheritdoc />
    public void Read(string uniqueIdentifier, KeySink sink)
    {
        using var material = OpenMaterial(_objects[uniqueIdentifier]);
        sink(material.Span);
    }

    /// <inheritdoc />
    public void Dispose() => _keys.Dispose();

    private void Add(KmipObject o, ReadOnlySpan<byte> material)
    {
        _rule?.Check();
        long number = Interlocked.Increment(ref _last);
        DurableFile.Place(PathOf(number), ObjectFile.Encode(o, ObjectFile.Seal(o.UniqueIdentifier, material, _keys), _keys));
        _sync.Wait();
        Show(new(o, number));
    }

    /// <summary>What readers find from here on.</summary>
    private void Show(Entry entry)
    {
        var before = _objects.GetValueOrDefault(entry.Object.UniqueIdentifier)?.Object;
        _objects[entry.Object.UniqueIdentifier] = entry;
        _names.Replace(before, entry.Object);
    }

    private KeyBuffer OpenMaterial(Entry entry)
    {
        try
        {
            var (stored, box) = ReadFile(entry);
            return ObjectFile.Open(stored.UniqueIdentifier, box.Span, _keys);
        }
        catch (KmsException) when (_objects[entry.Object.UniqueIdentifier] is { Leaving: true } or { Object.IsDestroyed: true })
        {
            // Somebody destroys it at this moment.
            throw new KmipException(KmipResultReason.ItemNotFound, "the object is destroyed");
        }
    }

    private void Load(string path, List<string> damaged)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        if (!path.EndsWith(Ending, StringComparison.Ordinal)
            || !long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number == 0)
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
                return;
            }

            _names.Replace(null, o);
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

    /// <param name="Object">As readers see it.</param>
    /// <param name="Number">In the name of its file.</param>
    /// <param name="Leaving">It is being destroyed: its file may have no material any more.</param>
    private sealed record Entry(KmipObject Object, long Number, bool Leaving = false);
}
