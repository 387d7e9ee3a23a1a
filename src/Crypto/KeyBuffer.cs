using System.Security.Cryptography;
using Lorica.Crypto.Native;

namespace Lorica.Crypto;

/// <summary>
/// Owns key bytes. They lie in <see cref="KeyMemory"/>, are zeroed on <see cref="Dispose"/> (and by the finalizer, should
/// somebody forget) and print as <c>[redacted]</c>. Whoever holds a span or pointer keeps the buffer alive and undisposed.
/// Instances may be read by several threads; <see cref="Dispose"/> may be called twice.
/// </summary>
public sealed unsafe class KeyBuffer : IDisposable
{
    // Invariant: valid from construction until _disposed becomes 1, which happens before the bytes are zeroed.
    private readonly KeyBlock _block;
    private int _disposed;

    private KeyBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        _block = KeyMemory.Take(length);
    }

    /// <summary>Zeroes what was forgotten.</summary>
    ~KeyBuffer() => Release();

    /// <summary>Length in bytes.</summary>
    public int Length => _block.Length;

    /// <summary>The bytes; throws <see cref="ObjectDisposedException"/> after <see cref="Dispose"/>.</summary>
    // SAFETY: the block is Length bytes of mapped key memory until disposal, which is checked here.
    public Span<byte> Span => new(Pointer, _block.Length);

    /// <summary>
    /// Address of the first byte (64-byte aligned); throws <see cref="ObjectDisposedException"/> after <see cref="Dispose"/>.
    /// </summary>
    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            return _block.Pointer;
        }
    }

    internal bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>A zeroed buffer. Throws <see cref="CryptoErrorKind.KeyMemoryExhausted"/> when there is no key memory.</summary>
    public static KeyBuffer Allocate(int length) => new(length);

    /// <summary>Random bytes from the system's generator, written straight into key memory.</summary>
    public static KeyBuffer Random(int length)
    {
        var buffer = new KeyBuffer(length);
        RandomNumberGenerator.Fill(buffer.Span);
        return buffer;
    }

    /// <summary>Copies bytes into key memory. The source stays the caller's to erase.</summary>
    public static KeyBuffer CopyOf(ReadOnlySpan<byte> source)
    {
        var buffer = new KeyBuffer(source.Length);
        source.CopyTo(buffer.Span);
        VectorRegisters.Overwrite();
        return buffer;
    }

    /// <summary>A copy (in key memory) of a part of this buffer.</summary>
    public KeyBuffer Slice(int offset, int length)
    {
        var copy = CopyOf(Span.Slice(offset, length));
        GC.KeepAlive(this);
        return copy;
    }

    /// <summary>Compares in time that depends on the lengths only.</summary>
    public bool FixedTimeEquals(KeyBuffer other)
    {
        ArgumentNullException.ThrowIfNull(other);
        bool equal = CryptographicOperations.FixedTimeEquals(Span, other.Span);
        GC.KeepAlive(this);
        GC.KeepAlive(other);
        return equal;
    }

    /// <summary>Zeroes the bytes and gives the memory back.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Never the bytes.</summary>
    public override string ToString() => "[redacted]";

    private void Release()
    {
        // A constructor that found no memory leaves an empty block behind for the finalizer.
        if (Interlocked.Exchange(ref _disposed, 1) == 0 && _block.Pointer != null)
        {
            KeyMemory.Return(_block);
        }
    }
}
