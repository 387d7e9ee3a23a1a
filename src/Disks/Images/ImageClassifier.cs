using System.Buffers.Binary;
using Lorica.Disks.Sparse;

namespace Lorica.Disks.Images;

/// <summary>
/// The one place that decides what a file is: from its first and last bytes and its length, never from its name. Raw is what is
/// left when it looks like nothing else and is whole sectors.
/// </summary>
internal static class ImageClassifier
{
    /// <summary>How many bytes of the start and of the end it looks at.</summary>
    public const int Examined = 64 * 1024;

    /// <summary>Decides for an open file.</summary>
    public static ImageFormat Decide(ImageFile file) => Decide(file.Start(Examined), file.End(Examined), file.Length);

    /// <summary>Decides.</summary>
    /// <param name="head">First bytes of the file, all of a short one, at least 512 of a longer one.</param>
    /// <param name="tail">Last bytes of the file, likewise.</param>
    /// <param name="length">Length of the file.</param>
    public static ImageFormat Decide(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, long length)
    {
        if (length == 0)
            return ImageFormat.Empty;
        if (IsSparse(head))
            return OfSparse(head);
        var known = ImageSignatures.AtStart(head) ?? ImageText.Of(head, head.Length == length) ?? ImageSignatures.AtEnd(tail);
        if (known is { } format)
            return format;
        if (length < BlockRequest.SectorSize)
            return ImageFormat.BelowOneSector;
        if (length % BlockRequest.SectorSize != 0)
            return ImageFormat.NotWholeSectors;
        return ImageSignatures.IsIso(head) ? ImageFormat.Iso : ImageFormat.Raw;
    }

    /// <summary>
    /// The VMDK format of a file that a descriptor calls plain data; null when it may be that. Guests write what they like into
    /// a plain file, so nothing else can be told from its content.
    /// </summary>
    public static ImageFormat? MisnamedAsFlat(ReadOnlySpan<byte> head)
    {
        if (IsSparse(head))
            return OfSparse(head);
        var format = ImageSignatures.AtStart(head);
        return format is ImageFormat.VmdkCowd or ImageFormat.VmdkSeSparse or ImageFormat.ChangeTracking ? format : null;
    }

    private static bool IsSparse(ReadOnlySpan<byte> head) =>
        head.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(head) == SparseHeader.Magic;

    private static ImageFormat OfSparse(ReadOnlySpan<byte> head) => SparseHeader.Parse(head, out _) switch
    {
        { Compressed: true, DescriptorSectors: > 0 } => ImageFormat.VmdkStream,
        { DescriptorSectors: 0 } => ImageFormat.VmdkPart,
        _ => ImageFormat.VmdkSparse,
    };
}
