using Lorica.Crypto;

namespace Lorica.Disks;

/// <summary>The zero rule of formats "Zeros", in one place for devices and jobs.</summary>
internal static class SectorCipher
{
    private const int SectorSize = BlockRequest.SectorSize;

    /// <summary>
    /// Decrypts stored sectors in place. A stored all-zero sector stays zeros when <paramref name="zeroIsHole"/>, else it is
    /// <see cref="DiskErrorKind.ZeroSector"/>. <paramref name="offset"/> is the byte offset in the virtual disk.
    /// </summary>
    public static void Decrypt(XtsAes256 cipher, Span<byte> data, long offset, bool zeroIsHole)
    {
        int at = 0;
        while (at < data.Length)
        {
            int run = at;
            while (run < data.Length && !ZeroBlocks.IsAllZero(data.Slice(run, SectorSize)))
                run += SectorSize;
            if (run > at)
                cipher.DecryptSectors(data[at..run], (ulong)(offset + at) / SectorSize);
            if (run == data.Length)
                return;
            if (!zeroIsHole)
                throw Zero(offset + run);
            at = run + SectorSize;
        }
    }

    private static DiskException Zero(long offset) => new(
        DiskErrorKind.ZeroSector,
        $"Sector {offset / SectorSize} is all zeros on storage where ciphertext must be: it was overwritten or lost.",
        offset: offset);
}
