namespace Lorica.Crypto.Native;

/// <summary>
/// Pages shared by small key buffers, handed out in runs of 64-byte units (one cache line, so that two keys never share one).
/// Free units are always zero. Not thread-safe: its owner holds a lock.
/// </summary>
internal sealed unsafe class KeySlab(byte* pages, int length)
{
    private const int UnitBytes = 64;

    private readonly bool[] _used = new bool[length / UnitBytes];

    public nint Address => (nint)pages;

    public bool TryTake(int bytes, out KeyBlock block)
    {
        int wanted = Units(bytes);
        int run = 0;
        for (int i = 0; i < _used.Length; i++)
        {
            run = _used[i] ? 0 : run + 1;
            if (run == wanted)
            {
                int start = i + 1 - wanted;
                _used.AsSpan(start, wanted).Fill(true);

                // SAFETY: start + wanted <= units of the slab, so the run lies inside the pages.
                block = new KeyBlock(pages + (start * UnitBytes), bytes, this);
                return true;
            }
        }

        block = default;
        return false;
    }

    public void Return(KeyBlock block)
        => _used.AsSpan((int)(block.Pointer - pages) / UnitBytes, Units(block.Length)).Clear();

    private static int Units(int bytes) => (bytes + UnitBytes - 1) / UnitBytes;
}
