using Lorica.Crypto;

namespace Lorica.Disks.Jobs;

/// <summary>
/// Turns the stored bytes of a window from the old form into the new one, block by block (4 KiB). Under <c>zero=hole</c> a block
/// of zeros stays a block of zeros, in every direction, so holes stay holes and converting back restores them; a sector of zeros
/// inside a block with data becomes ciphertext. Under <c>zero=error</c> every block is converted.
/// </summary>
internal sealed class WindowCipher(TransitionKind kind, XtsAes256? from, XtsAes256? to, bool zeroIsHole, bool acceptZeroSectors)
{
    /// <summary>
    /// Converts in place. Marks the converted blocks in <paramref name="bitmap"/> and packs into <paramref name="payload"/> their
    /// ciphertext: the new form, or, where the new form is plain, the old one. Returns its length, 0 when nothing had to be
    /// converted.
    /// </summary>
    public int Convert(long offset, Span<byte> window, Span<byte> bitmap, Span<byte> payload)
    {
        bitmap.Clear();
        int length = 0;
        for (int at = 0, index = 0; at < window.Length; at += SideFormat.BlockBytes, index++)
        {
            var block = window.Slice(at, Math.Min(SideFormat.BlockBytes, window.Length - at));
            if (zeroIsHole && ZeroBlocks.IsAllZero(block))
                continue;
            bitmap[index / 8] |= (byte)(1 << (index % 8));
            if (kind == TransitionKind.Decrypt)
                block.CopyTo(payload[length..]);
            ConvertBlock(block, offset + at);
            if (kind != TransitionKind.Decrypt)
                block.CopyTo(payload[length..]);
            length += block.Length;
        }

        return length;
    }

    /// <summary>
    /// Restores the new form of the marked blocks from a record. False when bitmap and payload do not fit each other.
    /// </summary>
    public bool Restore(long offset, Span<byte> window, ReadOnlySpan<byte> bitmap, ReadOnlySpan<byte> payload)
    {
        for (int at = 0, index = 0; at < window.Length; at += SideFormat.BlockBytes, index++)
        {
            if (!IsMarked(bitmap, index))
                continue;
            var block = window.Slice(at, Math.Min(SideFormat.BlockBytes, window.Length - at));
            if (payload.Length < block.Length)
                return false;
            payload[..block.Length].CopyTo(block);
            payload = payload[block.Length..];
            if (kind == TransitionKind.Decrypt)
                ConvertBlock(block, offset + at);
        }

        return payload.IsEmpty;
    }

    /// <summary>Whether a block is in the payload.</summary>
    public static bool IsMarked(ReadOnlySpan<byte> bitmap, int index) => (bitmap[index / 8] & (1 << (index % 8))) != 0;

    private void ConvertBlock(Span<byte> block, long offset)
    {
        if (from is not null)
            SectorCipher.Decrypt(from, block, offset, zeroIsHole || acceptZeroSectors);
        to?.EncryptSectors(block, (ulong)offset / BlockRequest.SectorSize);
    }
}
