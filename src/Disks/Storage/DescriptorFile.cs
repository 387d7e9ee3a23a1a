using Lorica.Disks.Descriptors;
using Lorica.Disks.Images;

namespace Lorica.Disks.Storage;

/// <summary>Reading and atomic replacing of a disk's descriptor.</summary>
internal static class DescriptorFile
{
    /// <summary>The way out for the disk of another program.</summary>
    public const string ImportIt = "Import it: lorica vm import NAME --disk FILE";

    /// <summary>The whole file, once; everything after acts on these bytes.</summary>
    public static byte[] Read(IDiskStore store, string name)
    {
        using var file = store.Open(DiskName.Descriptor(name), writable: false);
        var stat = file.Stat();
        if (stat.Length > Descriptor.MaxBytes)
            throw NotOurs(file, stat.Length, DiskName.Descriptor(name));
        if (stat.Links > 1)
            throw new DiskException(DiskErrorKind.HasHardLinks, $"The descriptor of {name} has a second name.", name);
        byte[] bytes = new byte[stat.Length];
        file.Read(0, bytes);
        return Descriptor.Looks(bytes) ? bytes : throw NotOurs(file, stat.Length, DiskName.Descriptor(name));
    }

    /// <summary>
    /// Puts a descriptor in the place of the old one (or of none): 1 written aside and made durable, 2 renamed, 3 the folder made
    /// durable. A crash before 2 leaves the old one and a stray file that the next replacement removes; between 2 and 3 it leaves
    /// either, whole.
    /// </summary>
    public static void Replace(IDiskStore store, string name, ReadOnlySpan<byte> content)
    {
        if (content.Length > Descriptor.MaxBytes)
            throw new DiskException(DiskErrorKind.TooLarge, $"The descriptor of {name} would be larger than 64 KiB.", name);
        string aside = DiskName.NewDescriptor(name);
        store.Remove(aside);
        using (var file = store.CreateNew(aside))
        {
            file.Write(0, content);
            file.Sync();
        }

        store.Rename(aside, DiskName.Descriptor(name));
        store.Sync();
    }

    /// <summary>Names what lies in the place of a descriptor: most often the disk of another program.</summary>
    private static DiskException NotOurs(IStoredFile file, long length, string path)
    {
        int examined = (int)Math.Min(length, ImageClassifier.Examined);
        var (head, tail) = (new byte[examined], new byte[examined]);
        file.Read(0, head);
        file.Read(length - examined, tail);
        var format = ImageClassifier.Decide(head, tail, length);
        if (format == ImageFormat.VmdkDescriptor && Descriptor.Looks(head))
        {
            return new DiskException(
                DiskErrorKind.TooLarge, $"The descriptor {path} is larger than 64 KiB, the limit of a disk of Lorica.", path)
            {
                WayOut = ImportIt,
            };
        }

        return new DiskException(
            DiskErrorKind.NotADisk, $"{path} is {ImageWords.Name(format)}; it is not the descriptor of a disk of Lorica.", path)
        {
            WayOut = ImageWords.IsRead(format) ? ImportIt : ImageWords.WayOut(format),
        };
    }
}
