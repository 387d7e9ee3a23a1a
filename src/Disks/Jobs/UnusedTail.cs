using Lorica.Crypto;
using Lorica.Disks.Storage;

namespace Lorica.Disks.Jobs;

/// <summary>
/// What a data file has behind the end that its descriptor says. A resize that broke off leaves nothing there but what it wrote
/// itself: zeros, or on a disk that is all ciphertext the ciphertext of zeros. Anything else is a guest's, and the descriptor one
/// from before the disk grew.
/// </summary>
internal static class UnusedTail
{
    private const int ChunkBytes = 1024 * 1024;

    /// <summary>Refuses (OlderThanKnown) when there is data; reads only.</summary>
    /// <param name="extent">The data file.</param>
    /// <param name="length">Its size.</param>
    /// <param name="model">The disk as its descriptor says.</param>
    /// <param name="contents">Its bundle; null for a plain disk.</param>
    /// <param name="path">The disk, for messages.</param>
    /// <param name="ct">Stops between two chunks.</param>
    public static void Require(
        IStoredFile extent, long length, DiskModel model, BundleContents? contents, string path, CancellationToken ct)
    {
        using var cipher = contents is { Zero: ZeroRule.Error } ? new XtsAes256(contents.Key!) : null;
        var (read, written) = (new byte[ChunkBytes], new byte[ChunkBytes]);
        for (long at = model.Capacity; at < length;)
        {
            ct.ThrowIfCancellationRequested();
            var range = extent.RangeAt(at, length);
            if (!range.HoldsData)
            {
                at = range.End;
                continue;
            }

            int count = (int)Math.Min(ChunkBytes, length - at);
            extent.Read(at, read.AsSpan(0, count));
            if (cipher is not null)
            {
                written.AsSpan().Clear();
                cipher.EncryptSectors(written, (ulong)at / BlockRequest.SectorSize);
            }

            if (HasData(read.AsSpan(0, count), written))
                throw Older(length, model, path);
            at += count;
        }
    }

    // A write that a power cut tore left each byte as it was, zero, or as it was to be.
    private static bool HasData(ReadOnlySpan<byte> read, ReadOnlySpan<byte> written)
    {
        for (int i = 0; i < read.Length; i++)
        {
            if (read[i] != 0 && read[i] != written[i])
                return true;
        }

        return false;
    }

    private static DiskException Older(long length, DiskModel model, string path) => new(
        DiskErrorKind.OlderThanKnown,
        $"The disk {path} has {model.Capacity} bytes by its descriptor, but its data file has {length}, with data behind that "
            + "end: a descriptor from before the disk grew was put back.",
        path)
    {
        WayOut = "Nothing was changed. Put back the descriptor that belongs to the data file"
            + (model.Encrypted ? "." : ", or import the data file as the raw disk of a new VM."),
    };
}
