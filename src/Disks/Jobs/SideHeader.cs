using System.Buffers.Binary;

namespace Lorica.Disks.Jobs;

/// <summary>What a side file says about its job.</summary>
/// <param name="Kind">Direction.</param>
/// <param name="ObjectId">The disk.</param>
/// <param name="Capacity">Bytes of the virtual disk.</param>
/// <param name="WindowBytes">Bytes of a window.</param>
internal sealed record SideHeader(TransitionKind Kind, Guid ObjectId, long Capacity, int WindowBytes)
{
    public void Write(Span<byte> page, ReadOnlySpan<byte> jobId)
    {
        SideFormat.HeaderMagic.CopyTo(page[SideFormat.Covered..]);
        jobId.CopyTo(page[SideFormat.JobIdAt..]);
        BinaryPrimitives.WriteInt32LittleEndian(page[SideFormat.VersionAt..], SideFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(page[SideFormat.KindAt..], (int)Kind);
        ObjectId.TryWriteBytes(page[SideFormat.ObjectAt..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(page[SideFormat.CapacityAt..], Capacity);
        BinaryPrimitives.WriteInt32LittleEndian(page[SideFormat.WindowAt..], WindowBytes);
    }

    /// <summary>Reads a page whose MAC was verified; null when it is no header of this version.</summary>
    public static (SideHeader? Header, byte[] JobId) Read(ReadOnlySpan<byte> page)
    {
        byte[] jobId = page.Slice(SideFormat.JobIdAt, SideFormat.JobIdBytes).ToArray();
        int window = BinaryPrimitives.ReadInt32LittleEndian(page[SideFormat.WindowAt..]);
        bool good = page[SideFormat.Covered..].StartsWith(SideFormat.HeaderMagic)
            && BinaryPrimitives.ReadInt32LittleEndian(page[SideFormat.VersionAt..]) == SideFormat.Version
            && SideFormat.IsWindow(window);
        var header = new SideHeader(
            (TransitionKind)BinaryPrimitives.ReadInt32LittleEndian(page[SideFormat.KindAt..]),
            new Guid(page.Slice(SideFormat.ObjectAt, 16), bigEndian: true),
            BinaryPrimitives.ReadInt64LittleEndian(page[SideFormat.CapacityAt..]),
            window);
        return (good ? header : null, jobId);
    }
}
