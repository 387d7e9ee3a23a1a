using System.Security.Cryptography;
using Lorica.Crypto.Streams;

namespace Lorica.Crypto;

/// <summary>
/// Seals data of any length in constant memory (docs/formats/sealed-stream.md). The inner stream need not seek; it stays the
/// caller's. Only
/// <see cref="CompleteAsync"/> makes the stream whole: without it, after a failure or a crash, readers refuse what is there.
/// A writer never resumes: a retry makes a new writer, which takes a new salt. Not for several threads at once.
/// </summary>
public sealed class SealedStreamWriter : IDisposable
{
    private readonly Stream _inner;
    private readonly KeyBuffer _chunkKey;
    private readonly byte[] _plain = new byte[StreamFormat.ChunkBytes];
    private readonly byte[] _sealed = new byte[StreamFormat.ChunkBytes + StreamFormat.TagBytes];

    // Written before the first chunk, then null.
    private byte[]? _header;
    private int _filled;
    private State _state;

    /// <summary>Begins a stream; nothing is written yet. The file key (32 bytes) stays the caller's.</summary>
    public SealedStreamWriter(Stream inner, SealedStreamHeader header, KeyBuffer fileKey, ReadOnlySpan<byte> keySection)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(fileKey);
        _inner = inner;
        _header = StreamFormat.Write(header, fileKey, keySection);
        _chunkKey = StreamFormat.ChunkKey(_header, fileKey);
    }

    private enum State
    {
        Open,
        Writing,
        Complete,
        Failed,
    }

    /// <summary>The next chunk's number; a seam for the limit's test.</summary>
    internal ulong NextChunk { get; set; }

    /// <summary>Appends data.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        Begin();
        while (!data.IsEmpty)
        {
            // A full chunk waits here until it is known not to be the last one.
            if (_filled == _plain.Length)
            {
                await ChunkAsync(last: false, cancellationToken);
            }

            int taken = Math.Min(data.Length, _plain.Length - _filled);
            data.Span[..taken].CopyTo(_plain.AsSpan(_filled));
            _filled += taken;
            data = data[taken..];
        }

        _state = State.Open;
    }

    /// <summary>Writes the last chunk and flushes the inner stream. Durability (fsync) is the caller's.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        Begin();
        await ChunkAsync(last: true, cancellationToken);
        await _inner.FlushAsync(cancellationToken);
        _state = State.Complete;
    }

    /// <summary>Erases keys and buffered data. An incomplete stream stays incomplete.</summary>
    public void Dispose()
    {
        _state = _state == State.Complete ? State.Complete : State.Failed;
        _chunkKey.Dispose();
        CryptographicOperations.ZeroMemory(_plain);
    }

    // Whoever does not come to the end of a call leaves Writing behind: the inner stream may hold half a chunk.
    private void Begin()
    {
        if (_state != State.Open)
        {
            throw new InvalidOperationException("The sealed stream is complete, failed or in use.");
        }

        _state = State.Writing;
    }

    private async ValueTask ChunkAsync(bool last, CancellationToken cancellationToken)
    {
        if (NextChunk >= StreamFormat.MostChunks)
        {
            throw StreamFormat.Bad("it would have more than 2^32 chunks");
        }

        int length = Seal(last);
        if (_header is { } header)
        {
            await _inner.WriteAsync(header, cancellationToken);
            _header = null;
        }

        await _inner.WriteAsync(_sealed.AsMemory(0, length), cancellationToken);
        NextChunk++;
        _filled = 0;
    }

    private int Seal(bool last)
    {
        Span<byte> nonce = stackalloc byte[StreamFormat.NonceBytes];
        StreamFormat.Nonce(nonce, NextChunk, last);
        using (var gcm = new AesGcm(_chunkKey.Span, StreamFormat.TagBytes))
        {
            gcm.Encrypt(nonce, _plain.AsSpan(0, _filled), _sealed.AsSpan(0, _filled),
                _sealed.AsSpan(_filled, StreamFormat.TagBytes));
        }

        StackScrubber.Scrub();
        return _filled + StreamFormat.TagBytes;
    }
}
