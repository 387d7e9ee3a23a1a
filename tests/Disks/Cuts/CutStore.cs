using Lorica.Disks.Native;
using Lorica.Disks.Storage;

namespace Lorica.Disks.Tests.Cuts;

/// <summary>
/// A folder in memory that tells what the kernel has cached from what is on stable storage, and ends at a chosen step. Names are
/// durable only after the folder's sync, data only after the file's.
/// </summary>
internal sealed class CutStore : IDiskStore
{
    private readonly Dictionary<string, CutNode> _names = [];
    private readonly List<Action<Dictionary<string, CutNode>>> _pendingNames = [];
    private Dictionary<string, CutNode> _stableNames = [];
    private Random _random = new(0);
    private int _cutAt = int.MaxValue;
    private CutMode _mode;

    /// <summary>Called with every write; for checks of what may be written where.</summary>
    public Action<string, byte[]>? OnWrite { get; set; }

    /// <summary>Called after a rename, with the new name.</summary>
    public Action<string>? OnRename { get; set; }

    public int Steps { get; private set; }

    public IEnumerable<string> Names => _names.Keys;

    public byte[] this[string name] => _names[name].Cache;

    public void Arm(int step, CutMode mode, int seed)
    {
        Steps = 0;
        _cutAt = step;
        _mode = mode;
        _random = new Random(seed);
    }

    public void Disarm() => Arm(int.MaxValue, CutMode.Kill, 0);

    /// <summary>What a new process finds.</summary>
    public void Restart()
    {
        if (_mode == CutMode.Kill)
            return;
        foreach (var change in _pendingNames.Where(_ => _random.Next(2) == 0))
            change(_stableNames);
        _pendingNames.Clear();
        var nodes = _names.Values.Concat(_stableNames.Values).Distinct().ToArray();
        foreach (var node in nodes)
            node.Reboot(_random);
        _names.Clear();
        foreach (var (name, node) in _stableNames)
            _names[name] = node;
    }

    public void Put(string name, byte[] content)
    {
        var node = new CutNode();
        node.Write(0, content);
        node.Sync();
        _names[name] = node;
        _stableNames[name] = node;
    }

    public CutStore Clone()
    {
        var clone = new CutStore();
        foreach (var (name, node) in _names)
            clone._names[name] = clone._stableNames[name] = node.Clone();
        return clone;
    }

    public IStoredFile Open(string name, bool writable) => new File(this, name, Get(name));

    public IStoredFile CreateNew(string name)
    {
        Step();
        if (_names.ContainsKey(name))
            throw new DiskException(DiskErrorKind.AlreadyExists, name);
        var node = new CutNode();
        Change(names => names[name] = node);
        return new File(this, name, node);
    }

    public bool Exists(string name) => _names.ContainsKey(name);

    public void Rename(string from, string to)
    {
        Step();
        var node = Get(from);
        Change(names =>
        {
            names.Remove(from);
            names[to] = node;
        });
        OnRename?.Invoke(to);
    }

    public bool Remove(string name)
    {
        Step();
        bool existed = _names.ContainsKey(name);
        if (existed)
            Change(names => names.Remove(name));
        return existed;
    }

    public void Sync()
    {
        if (!StepOfSync())
        {
            foreach (var change in _pendingNames.Where(_ => _random.Next(2) == 0))
                change(_stableNames);
            _pendingNames.Clear();
            throw new DiskException(DiskErrorKind.Io, "sync of the folder failed");
        }

        _pendingNames.Clear();
        _stableNames = new Dictionary<string, CutNode>(_names);
    }

    private void Change(Action<Dictionary<string, CutNode>> change)
    {
        change(_names);
        _pendingNames.Add(change);
    }

    private CutNode Get(string name) => _names.TryGetValue(name, out var node)
        ? node
        : throw new DiskException(DiskErrorKind.NotFound, name);

    private void Step()
    {
        if (++Steps >= _cutAt && _mode != CutMode.FailSync)
            throw new PowerCutException();
    }

    /// <summary>False when this sync has to fail; a cut may come just before or just after it.</summary>
    private bool StepOfSync()
    {
        Steps++;
        if (Steps < _cutAt)
            return true;
        if (_mode != CutMode.FailSync)
            throw new PowerCutException();
        _cutAt = int.MaxValue;
        return false;
    }

    private sealed class File(CutStore store, string name, CutNode node) : IStoredFile
    {
        public FileStat Stat() => new(true, false, 1, node.Cache.Length, node.Cache.Length, 1, 1);

        public void Read(long offset, Span<byte> buffer) => node.Cache.AsSpan((int)offset, buffer.Length).CopyTo(buffer);

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            store.OnWrite?.Invoke(name, data.ToArray());
            try
            {
                store.Step();
            }
            catch (PowerCutException)
            {
                // The cut may come in the middle of the call.
                node.Write((int)offset, data[..store._random.Next(data.Length + 1)]);
                throw;
            }

            node.Write((int)offset, data);
        }

        public void SetLength(long length)
        {
            store.Step();
            node.SetLength((int)length);
        }

        public bool Reserve(long offset, long length) => true;

        public DiskRange RangeAt(long offset, long length)
        {
            long end = Next(offset, length);
            bool used = Used(offset, end);
            while (end < length && Used(end, Next(end, length)) == used)
                end = Next(end, length);
            return new DiskRange(offset, end - offset, used ? RangeState.Data : RangeState.Zero);
        }

        public void DataSync()
        {
            if (!store.StepOfSync())
            {
                node.FailSync(store._random);
                throw new DiskException(DiskErrorKind.Io, "sync failed");
            }

            node.Sync();
        }

        public void Sync() => DataSync();

        public void Dispose()
        {
        }

        private static long Next(long offset, long length) => Math.Min(length, (offset / 4096 + 1) * 4096);

        private bool Used(long from, long to) => node.Cache.AsSpan((int)from, (int)(to - from)).ContainsAnyExcept((byte)0);
    }
}
