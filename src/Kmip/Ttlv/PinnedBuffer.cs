using System.Security.Cryptography;

namespace Lorica.Kmip.Ttlv;

/// <summary>
/// Bytes that may hold key material for a moment: pinned, so that the collector never leaves copies behind, and zeroed on
/// growth, on <see cref="Clear"/> and on dispose. Not locked memory: whoever needs that copies out through a sink at once.
/// </summary>
internal sealed class PinnedBuffer(int capacity) : IDisposable
{
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);
    private int _used;

    /// <summary>Where the bytes live; valid until the next <see cref="Ensure"/>.</summary>
    public Memory<byte> Memory => _bytes;

    /// <summary>Where the bytes live; valid until the next <see cref="Ensure"/>.</summary>
    public Span<byte> Span => _bytes;

    /// <summary>Makes room for <paramref name="length"/> bytes in all and remembers that so many must be zeroed.</summary>
    public void Ensure(int length)
    {
        if (length > _bytes.Length)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(
                Math.Max(length, Math.Min(_bytes.Length * 2, TtlvLimits.MessageBytes)), pinned: true);
            _bytes.AsSpan(0, _used).CopyTo(larger);
            CryptographicOperations.ZeroMemory(_bytes.AsSpan(0, _used));
            _bytes = larger;
        }

        _used = Math.Max(_used, length);
    }

    /// <summary>Zeroes all that was used.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(_bytes.AsSpan(0, _used));
        _used = 0;
    }

    /// <inheritdoc />
    public void Dispose() => Clear();
}
