namespace Lorica.Disks.Jobs;

/// <summary>
/// The side file of an in-place job (journal method), all numbers little-endian, MAC = HMAC-SHA-256 as 44 characters of base64
/// under HKDF(DEK, "lorica-window-v1"):
/// <code>
///      0  header, 4096 bytes      0 MAC over 64..4095 · 64 magic · 72 job id, 16 random bytes · 88 version · 92 kind ·
///                                 96 object id, RFC 4122 order · 112 capacity · 120 window size
///   4096  slot 0                  0 MAC over 64..4096+payload length · 64 magic · 72 job id · 88 window number, -1 = nothing
///                                 changed yet · 96 payload length · 128 bitmap, bit n = block n of the window is in the payload
///                                 · 4096 payload
///   4096 + (4096 + window)        slot 1, the same
/// </code>
/// The MAC stands first so that one contiguous range is covered; the magic inside it tells header from record.
/// </summary>
internal static class SideFormat
{
    public const int PageBytes = 4096;
    public const int BlockBytes = 4096;
    public const int DefaultWindowBytes = 4 * 1024 * 1024;
    public const int MaxWindowBytes = 64 * 1024 * 1024;
    public const int Version = 1;
    public const string MacInfo = "lorica-window-v1";

    public const int MacBytes = 44;
    public const int Covered = 64;
    public const int JobIdAt = 72;
    public const int JobIdBytes = 16;
    public const int VersionAt = 88;
    public const int KindAt = 92;
    public const int ObjectAt = 96;
    public const int CapacityAt = 112;
    public const int WindowAt = 120;

    public const int NumberAt = 88;
    public const int PayloadLengthAt = 96;
    public const int BitmapAt = 128;

    public static ReadOnlySpan<byte> HeaderMagic => "LRCJRNL1"u8;

    public static ReadOnlySpan<byte> RecordMagic => "LRCWIND1"u8;

    /// <summary>Where a slot begins.</summary>
    public static long SlotAt(int slot, int windowBytes) => PageBytes + slot * ((long)PageBytes + windowBytes);

    /// <summary>Whether a window size is possible: whole blocks, a bitmap that fits.</summary>
    public static bool IsWindow(int bytes) => bytes is > 0 and <= MaxWindowBytes
        && bytes % (BlockBytes * 8) == 0 && bytes / BlockBytes / 8 <= PageBytes - BitmapAt;
}
