using Lorica.Crypto.Streams;

namespace Lorica.Crypto;

/// <summary>Replaces the key section of a sealed stream (a new KEK) without touching its data.</summary>
public static class SealedStreamKeySection
{
    /// <summary>Bytes from the beginning of the file that a replacement may change; what a caller saves aside first.</summary>
    public const int HeaderBytes = StreamFormat.HeaderBytes;

    /// <summary>
    /// Verifies the header under the file key, then overwrites the key section and its HMAC in place (one write of
    /// <see cref="HeaderBytes"/> bytes at position 0; the inner stream must seek). A crash in the middle leaves a header that
    /// does not verify: the caller keeps the old header durably aside until this one is durable, and puts it back when it finds
    /// both.
    /// </summary>
    public static async ValueTask ReplaceAsync(
        Stream inner, KeyBuffer fileKey, ReadOnlyMemory<byte> newSection, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(fileKey);
        byte[] bytes = new byte[StreamFormat.HeaderBytes];
        inner.Position = 0;
        if (await inner.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken) != bytes.Length)
        {
            throw StreamFormat.Bad("its header is cut");
        }

        _ = StreamFormat.Read(bytes);
        StreamFormat.Verify(bytes, fileKey);
        StreamFormat.WriteSection(bytes, fileKey, newSection.Span);
        inner.Position = 0;
        await inner.WriteAsync(bytes, cancellationToken);
        await inner.FlushAsync(cancellationToken);
    }
}
