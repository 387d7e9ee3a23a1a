using System.Numerics;

namespace Lorica.Nbd.Buffers;

/// <summary>
/// Arenas in sizes of powers of two from <see cref="Standard"/>; shared by the connections of one server. Keeps at most
/// <see cref="RetainedBytes"/> that nobody uses; the rest goes to the collector.
/// </summary>
internal sealed class ArenaPool
{
    /// <summary>Fits the processor's second-level cache together with its twin for replies.</summary>
    public const int Standard = 256 * 1024;

    private const long RetainedBytes = 72L << 20;
    private const int Classes = 9;
    private readonly Stack<Arena>[] _free = [.. Enumerable.Range(0, Classes).Select(_ => new Stack<Arena>())];
    private readonly Lock _gate = new();
    private long _retained;

    /// <summary>An arena of at least <paramref name="size"/> bytes, with one reference; content is arbitrary.</summary>
    public Arena Rent(int size)
    {
        int sizeClass = size <= Standard ? 0 : BitOperations.Log2((uint)(size - 1) / Standard) + 1;
        lock (_gate)
        {
            if (_free[sizeClass].TryPop(out var arena))
            {
                _retained -= arena.Size;
                return arena.Take();
            }
        }

        return new Arena(this, Standard << sizeClass, sizeClass).Take();
    }

    /// <summary>Erases what lies unused: called when connections end, so that no guest data outlives them here.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            foreach (var arena in _free.SelectMany(stack => stack))
                arena.Clear();
        }
    }

    internal void Return(Arena arena)
    {
        lock (_gate)
        {
            if (_retained + arena.Size > RetainedBytes)
                return;
            _retained += arena.Size;
            _free[arena.SizeClass].Push(arena);
        }
    }
}
