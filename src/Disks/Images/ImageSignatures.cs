namespace Lorica.Disks.Images;

/// <summary>
/// The marks by which binary formats are known, at the start and at the end of a file. Text has none; <see cref="ImageText"/>
/// tells it apart.
/// </summary>
internal static class ImageSignatures
{
    private static readonly (byte[] Mark, int Offset, ImageFormat Format)[] Start =
    [
        (Hex("be ba fe ca 00 00 00 00"), 0, ImageFormat.VmdkSeSparse),
        (Hex("a2 72 19 f6"), 0, ImageFormat.ChangeTracking),
        ("COWD"u8.ToArray(), 0, ImageFormat.VmdkCowd),
        ("conectix"u8.ToArray(), 0, ImageFormat.VhdDynamic),
        ("vhdxfile"u8.ToArray(), 0, ImageFormat.Vhdx),
        (Hex("51 46 49 fb"), 0, ImageFormat.Qcow),
        (Hex("7f 10 da be"), 0x40, ImageFormat.Vdi),
        ("<<< "u8.ToArray(), 0, ImageFormat.Vdi),
        ("QED\0"u8.ToArray(), 0, ImageFormat.Qed),
        ("WithoutFreeSpace"u8.ToArray(), 0, ImageFormat.Parallels),
        ("WithouFreSpacExt"u8.ToArray(), 0, ImageFormat.Parallels),
        (Hex("45 56 46 09 0d 0a ff 00"), 0, ImageFormat.Ewf),
        (Hex("45 56 46 32 0d 0a 81 00"), 0, ImageFormat.Ewf),
        (Hex("4c 55 4b 53 ba be"), 0, ImageFormat.Luks),
        (Hex("1f 8b 08"), 0, ImageFormat.Gzip),
        (Hex("fd 37 7a 58 5a 00"), 0, ImageFormat.Xz),
        (Hex("28 b5 2f fd"), 0, ImageFormat.Zstd),
        ("PK\u0003\u0004"u8.ToArray(), 0, ImageFormat.Zip),
        ("PK\u0005\u0006"u8.ToArray(), 0, ImageFormat.Zip),
        (Hex("37 7a bc af 27 1c"), 0, ImageFormat.SevenZip),
        ("Rar!\u001a\u0007"u8.ToArray(), 0, ImageFormat.Archive),
        (Hex("04 22 4d 18"), 0, ImageFormat.Archive),
        ("LZIP\u0001"u8.ToArray(), 0, ImageFormat.Archive),
        (Hex("5d 00 00 80 00 ff ff ff ff ff ff ff ff"), 0, ImageFormat.Archive),
        ("MSCF\0\0\0\0"u8.ToArray(), 0, ImageFormat.Archive),
        ("MSWIM\0\0\0"u8.ToArray(), 0, ImageFormat.Archive),
        ("070701"u8.ToArray(), 0, ImageFormat.Archive),
        ("070702"u8.ToArray(), 0, ImageFormat.Archive),
        ("!<arch>\n"u8.ToArray(), 0, ImageFormat.Archive),
        (Hex("ed ab ee db"), 0, ImageFormat.Archive),
        (Hex("d2 be d2 be"), 0, ImageFormat.MachineState),
        (Hex("d0 be d2 be"), 0, ImageFormat.MachineState),
        (Hex("d1 be d1 be"), 0, ImageFormat.MachineState),
        ("MRVN"u8.ToArray(), 0, ImageFormat.MachineState),
        ("LORICASS"u8.ToArray(), 0, ImageFormat.Lorica),
        ("LORICAD1"u8.ToArray(), 0, ImageFormat.Lorica),
        ("LRCJRNL1"u8.ToArray(), 64, ImageFormat.Lorica),
    ];

    /// <summary>The format that the first bytes of a file show; null when they show none.</summary>
    public static ImageFormat? AtStart(ReadOnlySpan<byte> head)
    {
        foreach (var (mark, offset, format) in Start)
        {
            if (head.Length >= offset + mark.Length && head[offset..].StartsWith(mark))
                return format;
        }

        if (head.Length >= 10 && head.StartsWith("BZh"u8) && head[3] is >= (byte)'1' and <= (byte)'9'
            && (head[4..].StartsWith(Hex("31 41 59 26 53 59")) || head[4..].StartsWith(Hex("17 72 45 38 50 90"))))
        {
            return ImageFormat.Bzip2;
        }

        return IsTar(head) ? IsOva(head) ? ImageFormat.Ova : ImageFormat.Tar : null;
    }

    /// <summary>The format that the last bytes of a file show; null when they show none.</summary>
    public static ImageFormat? AtEnd(ReadOnlySpan<byte> tail)
    {
        // A footer of a VHD is 512 bytes; before 2004 it was 511.
        if (StartsLast(tail, 512, "conectix"u8) || StartsLast(tail, 511, "conectix"u8))
            return ImageFormat.VhdFixed;
        if (StartsLast(tail, 512, "koly"u8))
            return ImageFormat.Dmg;

        // … | footer (a header of its own) | end-of-stream marker
        return StartsLast(tail, 1024, "KDMV"u8) && !tail[^512..].ContainsAnyExcept((byte)0) ? ImageFormat.VmdkTail : null;
    }

    /// <summary>Whether it is the image of a CD or DVD (ECMA-119, or UDF without it).</summary>
    public static bool IsIso(ReadOnlySpan<byte> head) =>
        Holds(head, 0x8001, "CD001"u8) || Holds(head, 0x8001, "BEA01"u8);

    // POSIX and GNU tar have a mark; both check the sum of the header's bytes, so that a boot sector with those letters is none.
    private static bool IsTar(ReadOnlySpan<byte> head)
    {
        if (head.Length < 512 || !Holds(head, 257, "ustar"u8))
            return false;
        int sum = 8 * ' ';
        for (int i = 0; i < 512; i++)
        {
            if (i is < 148 or >= 156)
                sum += head[i];
        }

        int written = 0;
        foreach (byte b in head[148..156].Trim(" \0"u8))
        {
            if (b is < (byte)'0' or > (byte)'7')
                return false;
            written = written * 8 + (b - '0');
        }

        return written == sum;
    }

    private static bool IsOva(ReadOnlySpan<byte> head)
    {
        var name = head[..100];
        int end = name.IndexOf((byte)0);
        if (end >= 0)
            name = name[..end];
        return name.Length > 4 && System.Text.Ascii.EqualsIgnoreCase(name[^4..], ".ovf"u8);
    }

    private static bool StartsLast(ReadOnlySpan<byte> tail, int length, ReadOnlySpan<byte> mark) =>
        tail.Length >= length && tail[^length..].StartsWith(mark);

    private static bool Holds(ReadOnlySpan<byte> head, int offset, ReadOnlySpan<byte> mark) =>
        head.Length >= offset + mark.Length && head[offset..].StartsWith(mark);

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
