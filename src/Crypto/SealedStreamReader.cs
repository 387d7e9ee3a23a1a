using System.Security.Cryptography;
using Lorica.Crypto.Streams;

namespace Lorica.Crypto;

/// <summary>
/// Reads a sealed stream in constant memory. Only verified data is given out, and nothing after the first bad chunk: every later
/// call throws <see cref="CryptoErrorKind.BadStream"/> again. A stream is whole only when <see cref="ReadAsync"/> has returned 0:
/// a consumer must not act on the data before (a cut is seen at the end only). Not for several threads at once.
/// </summary>
public sealed class SealedStreamReader : IDisposable
{
    private const int SealedChunk = StreamFormat.ChunkBytes + StreamFormat.TagBytes;

    private readonly Stream _inner;
    private readonly KeyBuffer _chunkKey;
    private readonly byte[] _plain = new byte[StreamFormat.ChunkBytes];

    // One byte more than a chunk: if it is there, the chunk before is not the last.
    private readonly byte[] _sealed = new byte[SealedChunk + 1];
    private int _ahead;
    private int _start;
    private int _end;
    private bool _lastSeen;
    private bool _failed;

    private SealedStreamReader(Stream inner, SealedStreamHeader header, KeyBuffer chunkKey)
    {
        _inner = inner;
        Header = header;
        _chunkKey = chunkKey;
    }

    /// <summary>The verified header.</summary>
    public SealedStreamHeader Header { get; }

    /// <summary>The next chunk's number; a seam for the limit's test.</summary>
    internal ulong NextChunk { get; set; }

    /// <summary>
    /// Reads and verifies the header. Throws <see cref="CryptoErrorKind.BadStream"/> for what is no sealed stream and
    /// <see cref="CryptoErrorKind.BadSeal"/> when the file key does not fit. The inner stream stays the caller's.
    /// </summary>
    public static async ValueTask<SealedStreamReader> OpenAsync(
        Stream inner, SealedStreamKeyLookup lookup, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(lookup);
        byte[] bytes = new byte[StreamFormat.HeaderBytes];
        if (await inner.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken) != bytes.Length)
        {
            throw StreamFormat.Bad("its header is cut");
        }

        var (header, section) = StreamFormat.Read(bytes);
        using var fileKey = lookup(header, section);
        StreamFormat.Verify(bytes, fileKey);
        return new SealedStreamReader(inner, header, StreamFormat.ChunkKey(bytes, fileKey));
    }

    /// <summary>Reads verified data: how many bytes, or 0 when the whole stream has been read and verified.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        if (_failed)
        {
            throw StreamFormat.Bad("reading it failed before");
        }

        while (_start == _end && !_lastSeen)
        {
            await NextAsync(cancellationToken);
        }

        int taken = Math.Min(destination.Length, _end - _start);
        _plain.AsSpan(_start, taken).CopyTo(destination.Span);
        _start += taken;
        return taken;
    }

    /// <summary>
    /// Copies all that is left. Returns only if the stream is whole; until then the destination holds a verified beginning.
    /// </summary>
    public async ValueTask CopyToAsync(Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        byte[] buffer = new byte[StreamFormat.ChunkBytes];
        try
        {
            while (await ReadAsync(buffer, cancellationToken) is var read and > 0)
            {
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>Erases keys and buffered data.</summary>
    public void Dispose()
    {
        _failed = true;
        _chunkKey.Dispose();
        CryptographicOperations.ZeroMemory(_plain);
    }

    private async ValueTask NextAsync(CancellationToken cancellationToken)
    {
        // Failed until the chunk is verified: an exception anywhere below leaves the reader failed for good.
        _failed = true;
        int have = _ahead + await _inner.ReadAtLeastAsync(
            _sealed.AsMemory(_ahead), _sealed.Length - _ahead, throwOnEndOfStream: false, cancellationToken);
        bool last = have <= SealedChunk;
        int length = last ? have : SealedChunk;
        if (length < StreamFormat.TagBytes)
        {
            throw StreamFormat.Bad("its last chunk is missing or cut");
        }

        if (last && length == StreamFormat.TagBytes && NextChunk > 0)
        {
            throw StreamFormat.Bad("an empty chunk follows others");
        }

        if (NextChunk >= StreamFormat.MostChunks)
        {
            throw StreamFormat.Bad("it has more than 2^32 chunks");
        }

        Open(length, last);
        _start = 0;
        _end = length - StreamFormat.TagBytes;
        NextChunk++;
        _lastSeen = last;
        if (!last)
        {
            _sealed[0] = _sealed[SealedChunk];
            _ahead = 1;
        }

        _failed = false;
    }

    private void Open(int length, bool last)
    {
        Span<byte> nonce = stackalloc byte[StreamFormat.NonceBytes];
        StreamFormat.Nonce(nonce, NextChunk, last);
        int data = length - StreamFormat.TagBytes;
        try
        {
            using var gcm = new AesGcm(_chunkKey.Span, StreamFormat.TagBytes);
            gcm.Decrypt(nonce, _sealed.AsSpan(0, data), _sealed.AsSpan(data, StreamFormat.TagBytes), _plain.AsSpan(0, data));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new CryptoException(
                CryptoErrorKind.BadStream,
                $"Chunk {NextChunk} of the sealed stream was edited or moved, or the stream is cut or continued.", e);
        }
        finally
        {
            StackScrubber.Scrub();
        }
    }
}
