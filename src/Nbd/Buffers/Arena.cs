namespace Lorica.Nbd.Buffers;

/// <summary>
/// A piece of pinned, page-aligned memory that several requests may use at once: each holds a reference until it no longer needs
/// its part, the last one gives the arena back to its pool. Never moved by the collector, so the kernel and the ciphers work in
/// it directly.
/// </summary>
internal sealed class Arena
{
    private const int Alignment = 4096;
    private readonly ArenaPool _pool;
    private readonly byte[] _array;
    private readonly int _base;
    private int _references;

    public Arena(ArenaPool pool, int size, int sizeClass)
    {
        _pool = pool;
        Size = size;
        SizeClass = sizeClass;
        _array = GC.AllocateArray<byte>(size + Alignment, pinned: true);
        _base = AlignedOffset(_array);
    }

    public int Size { get; }

    public int SizeClass { get; }

    /// <summary>Whether somebody besides the caller (who holds one reference) uses a part.</summary>
    public bool Shared => Volatile.Read(ref _references) > 1;

    /// <summary>A new owner's only reference.</summary>
    public Arena Take()
    {
        Volatile.Write(ref _references, 1);
        return this;
    }

    public void AddReference() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
            _pool.Return(this);
    }

    public Span<byte> Span(int offset, int length) => _array.AsSpan(_base + offset, Checked(offset, length));

    public Memory<byte> Memory(int offset, int length) => _array.AsMemory(_base + offset, Checked(offset, length));

    /// <summary>Erases what guests left in it.</summary>
    public void Clear() => _array.AsSpan().Clear();

    private int Checked(int offset, int length)
    {
        if ((uint)offset > (uint)Size || (uint)length > (uint)(Size - offset))
            throw new ArgumentOutOfRangeException(nameof(length));
        return length;
    }

    private static int AlignedOffset(byte[] pinned)
    {
        nint address = System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);
        return (int)(-address & (Alignment - 1));
    }
}
