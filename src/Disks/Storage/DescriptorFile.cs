using Lorica.Disks.Descriptors;

namespace Lorica.Disks.Storage;

/// <summary>Reading and atomic replacing of a disk's descriptor.</summary>
internal static class DescriptorFile
{
    /// <summary>The whole file, once; everything after acts on these bytes.</summary>
    public static byte[] Read(IDiskStore store, string name)
    {
        using var file = store.Open(DiskName.Descriptor(name), writable: false);
        var stat = file.Stat();
        if (stat.Length > Descriptor.MaxBytes)
            throw new DiskException(DiskErrorKind.TooLarge, $"The descriptor of {name} is larger than 64 KiB.", name);
        if (stat.Links > 1)
            throw new DiskException(DiskErrorKind.HasHardLinks, $"The descriptor of {name} has a second name.", name);
        var bytes = new byte[stat.Length];
        file.Read(0, bytes);
        return bytes;
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
        var aside = DiskName.NewDescriptor(name);
        store.Remove(aside);
        using (var file = store.CreateNew(aside))
        {
            file.Write(0, content);
            file.Sync();
        }

        store.Rename(aside, DiskName.Descriptor(name));
        store.Sync();
    }
}
