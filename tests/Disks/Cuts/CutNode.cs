namespace Lorica.Disks.Tests.Cuts;

/// <summary>A file as the kernel sees it, and as stable storage does.</summary>
internal sealed class CutNode
{
    private readonly List<(int Offset, byte[] Data)> _pending = [];
    private byte[] _stable = [];

    public byte[] Cache { get; private set; } = [];

    public void Write(int offset, ReadOnlySpan<byte> data)
    {
        if (Cache.Length < offset + data.Length)
            SetLength(offset + data.Length);
        data.CopyTo(Cache.AsSpan(offset));
        _pending.Add((offset, data.ToArray()));
    }

    public void SetLength(int length)
    {
        byte[] cache = Cache;
        Array.Resize(ref cache, length);
        Cache = cache;
    }

    public void Sync()
    {
        _stable = Cache.ToArray();
        _pending.Clear();
    }

    /// <summary>A sync that failed: the pages count as clean, but a part of them never arrived.</summary>
    public void FailSync(Random random) => LosePending(random);

    /// <summary>After a power cut only stable storage is left.</summary>
    public void Reboot(Random random)
    {
        LosePending(random);
        Cache = _stable.ToArray();
    }

    public CutNode Clone()
    {
        var clone = new CutNode { Cache = Cache.ToArray(), _stable = _stable.ToArray() };
        clone._pending.AddRange(_pending);
        return clone;
    }

    // Each pending write arrives wholly, not at all, in some of its sectors, or torn at any byte.
    private void LosePending(Random random)
    {
        if (_stable.Length != Cache.Length && random.Next(2) == 0)
            Array.Resize(ref _stable, Cache.Length);
        foreach (var (offset, data) in _pending)
        {
            switch (random.Next(4))
            {
                case 0:
                    break;
                case 1:
                    Arrive(offset, data);
                    break;
                case 2:
                    for (int at = 0; at < data.Length; at += 512)
                    {
                        if (random.Next(2) == 0)
                            Arrive(offset + at, data.AsSpan(at, Math.Min(512, data.Length - at)));
                    }

                    break;
                default:
                    Arrive(offset, data.AsSpan(0, random.Next(data.Length + 1)));
                    break;
            }
        }

        _pending.Clear();
    }

    private void Arrive(int offset, ReadOnlySpan<byte> data)
    {
        if (_stable.Length < offset + data.Length)
            Array.Resize(ref _stable, offset + data.Length);
        data.CopyTo(_stable.AsSpan(offset));
    }
}
