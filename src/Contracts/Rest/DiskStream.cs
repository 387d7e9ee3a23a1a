namespace Lorica.Contracts.Rest;

/// <summary>
/// Body of <c>POST /api/v1/vms/import</c>, media type <see cref="MediaType"/>: the content of disks, without their holes.
/// <code>
/// magic   8   "LORICAD1"
/// frame   *   kind u8 ‖ disk u8 ‖ reserved u16 = 0 ‖ length u32 ‖ offset u64 ‖ length bytes     (little-endian)
///               kind 1: JSON of CreateVmBody (first, once; disk and offset 0; at most 64 KiB)
///               kind 2: data of disk number `disk`; offset and length multiples of 512, length 1..1 MiB, ascending per disk
///               kind 3: end (last, once; length 0). A body that ends without it leaves nothing behind.
/// </code>
/// The header stands before the bytes it describes so that a receiver bounds its buffer before it reads.
/// </summary>
public static class DiskStream
{
    /// <summary>Media type.</summary>
    public const string MediaType = "application/vnd.lorica.disks";

    /// <summary>First bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "LORICAD1"u8;

    /// <summary>Bytes of a frame's header.</summary>
    public const int HeaderLength = 16;

    /// <summary>Most bytes of JSON.</summary>
    public const int MaximumJson = 64 * 1024;

    /// <summary>Most bytes of one data frame.</summary>
    public const int MaximumData = 1024 * 1024;
}
