using System.Buffers.Binary;
using Lorica.Disks.Storage;

namespace Lorica.Disks.Jobs;

/// <summary>
/// Whether a disk whose descriptor says plain is what it says. An encryption writes its first window record only once the
/// descriptor that names it is durable, and removes the records only after the one that ends it: records of an encryption beside
/// a plain descriptor are data that is ciphertext in part, and a descriptor from before.
/// </summary>
internal static class PlainDisk
{
    /// <summary>
    /// Refuses such a disk (WeakerThanRecorded) and changes nothing. The records are not verified, since the key that seals them
    /// is in the descriptor that is missing: whoever plants one gets a refusal, not data.
    /// </summary>
    public static void RequireUntouched(IDiskStore store, string name, string path)
    {
        string side = DiskName.Side(name);
        if (!store.Exists(side))
            return;
        using var file = store.Open(side, writable: false);
        if (file.Stat().Length < SideFormat.PageBytes)
            return;
        byte[] page = new byte[SideFormat.PageBytes];
        file.Read(0, page);
        var (header, jobId) = SideHeader.Read(page);
        if (header is not { Kind: TransitionKind.Encrypt or TransitionKind.Rekey })
            return;
        for (int slot = 0; slot < 2; slot++)
        {
            long at = SideFormat.SlotAt(slot, header.WindowBytes);
            if (file.Stat().Length < at + page.Length)
                continue;
            file.Read(at, page);
            if (page.AsSpan(SideFormat.Covered).StartsWith(SideFormat.RecordMagic)
                && page.AsSpan(SideFormat.JobIdAt, SideFormat.JobIdBytes).SequenceEqual(jobId)
                && BinaryPrimitives.ReadInt64LittleEndian(page.AsSpan(SideFormat.NumberAt)) >= 0)
            {
                throw new DiskException(
                    DiskErrorKind.WeakerThanRecorded,
                    $"The descriptor {path} says that the disk is plain, but {side} beside it shows that a job has encrypted a "
                    + "part of it: a descriptor from before was put back.",
                    path);
            }
        }
    }
}
