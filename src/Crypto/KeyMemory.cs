using Lorica.Crypto.Native;

namespace Lorica.Crypto;

/// <summary>
/// The pages in which keys live. Small buffers share slabs (the first touch of a secret page costs about 75 µs and the
/// allowance of locked memory is 8 MiB by default), large ones get pages of their own. Slabs are kept for the life of the
/// process: a stale pointer can then never fault or reach foreign data, only zeros or another key buffer.
/// </summary>
public static class KeyMemory
{
    /// <summary>Size of a slab's usable pages.</summary>
    internal const int SlabBytes = 64 * 1024;

    /// <summary>Larger buffers get their own pages, which are given back when the buffer is disposed.</summary>
    internal const int LargestShared = SlabBytes / 4;

    private static readonly Lock Gate = new();
    private static readonly List<KeySlab> Slabs = [];

    /// <summary>
    /// The kind in use, decided once. The environment variable <c>LORICA_KEY_MEMORY=locked</c> forces
    /// <see cref="KeyMemoryKind.LockedMemory"/>.
    /// </summary>
    public static KeyMemoryKind Kind { get; } = Choose();

    /// <summary>Where the shared slabs lie, for the tests that read the whole process.</summary>
    internal static IReadOnlyList<nint> SlabAddresses()
    {
        lock (Gate)
        {
            return [.. Slabs.Select(s => s.Address)];
        }
    }

    // SAFETY: pointers are only carried from KeyPages to the block's one owner; each block is returned once, under the gate.
    internal static unsafe KeyBlock Take(int length)
    {
        if (length > LargestShared)
        {
            return new KeyBlock(KeyPages.Map(length, Kind), length, slab: null);
        }

        lock (Gate)
        {
            foreach (var slab in Slabs)
            {
                if (slab.TryTake(length, out var block))
                {
                    return block;
                }
            }

            var fresh = new KeySlab(KeyPages.Map(SlabBytes, Kind), SlabBytes);
            Slabs.Add(fresh);
            return fresh.TryTake(length, out var first) ? first : throw new InvalidOperationException("An empty slab is full.");
        }
    }

    /// <summary>Zeroes the block and makes it available again.</summary>
    internal static unsafe void Return(KeyBlock block)
    {
        KeyPages.Zero(block.Pointer, block.Length);
        if (block.Slab is null)
        {
            KeyPages.Unmap(block.Pointer, block.Length);
            return;
        }

        lock (Gate)
        {
            block.Slab.Return(block);
        }
    }

    private static KeyMemoryKind Choose()
        => Environment.GetEnvironmentVariable("LORICA_KEY_MEMORY") is "locked" || !KeyPages.SecretMemoryWorks()
            ? KeyMemoryKind.LockedMemory
            : KeyMemoryKind.SecretMemory;
}
