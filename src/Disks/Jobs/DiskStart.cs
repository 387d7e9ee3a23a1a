using System.Buffers.Binary;

namespace Lorica.Disks.Jobs;

/// <summary>
/// Whether plain text looks like the start of a disk: partition table, filesystem, volume manager, or nothing but zeros.
/// </summary>
internal static class DiskStart
{
    /// <summary>How much of the disk is looked at.</summary>
    public const int Bytes = 128 * 1024;

    private static readonly (int At, byte[] Mark)[] Marks =
    [
        (512, "EFI PART"u8.ToArray()),
        (4096, "EFI PART"u8.ToArray()),
        (0, "XFSB"u8.ToArray()),
        (0, "LUKS"u8.ToArray()),
        (0, "hsqs"u8.ToArray()),
        (0x8001, "CD001"u8.ToArray()),
        (0x10040, "_BHRfS_M"u8.ToArray()),
        (1024, [0x10, 0x20, 0xF5, 0xF2]),
        (1024, "H+\0\x04"u8.ToArray()),
        (32, "NXSB"u8.ToArray()),
        (4086, "SWAPSPACE2"u8.ToArray()),
        (0, "bcachefs"u8.ToArray()),
        (0, "070701"u8.ToArray()),
    ];

    public static bool Looks(ReadOnlySpan<byte> start)
    {
        if (!start.ContainsAnyExcept((byte)0))
            return true;

        // MBR and FAT/NTFS boot sectors end so; ext2/3/4 has its magic at 56 of the superblock at 1024.
        if (Has(start, 510, [0x55, 0xAA]) || Has(start, 1024 + 56, [0x53, 0xEF]) || HasVolumeLabel(start) || HasZfsLabel(start))
            return true;
        foreach (var (at, mark) in Marks)
        {
            if (Has(start, at, mark))
                return true;
        }

        return false;
    }

    private static bool HasVolumeLabel(ReadOnlySpan<byte> start)
    {
        for (int sector = 0; sector < 4; sector++)
        {
            if (Has(start, sector * BlockRequest.SectorSize, "LABELONE"u8))
                return true;
        }

        return false;
    }

    private static bool HasZfsLabel(ReadOnlySpan<byte> start)
    {
        const ulong UberblockMagic = 0x00bab10c;
        for (int at = 128 * 1024 - 1024; at + 8 <= start.Length; at += 1024)
        {
            if (BinaryPrimitives.ReadUInt64LittleEndian(start[at..]) == UberblockMagic)
                return true;
        }

        return false;
    }

    private static bool Has(ReadOnlySpan<byte> start, int at, ReadOnlySpan<byte> mark) =>
        start.Length >= at + mark.Length && start.Slice(at, mark.Length).SequenceEqual(mark);
}
