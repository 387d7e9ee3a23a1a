using Lorica.Disks.Descriptors;
using Lorica.Disks.Native;
using Lorica.Disks.Sparse;

namespace Lorica.Disks.Images;

/// <summary>Finds out what a file is and opens it.</summary>
internal static class ImageOpener
{
    private const int MaxExtents = 512;

    /// <summary>Formats that must not be taken for raw bytes, by how they start.</summary>
    private static readonly (byte[] Start, string Name)[] s_foreign =
    [
        ("COWD"u8.ToArray(), "a COWD delta"),
        ([(byte)'Q', (byte)'F', (byte)'I', 0xfb], "a qcow image"),
        ("conectix"u8.ToArray(), "a VHD image"),
        ("vhdxfile"u8.ToArray(), "a VHDX image"),
        ("<<< "u8.ToArray(), "a VDI image"),
        ("QED\0"u8.ToArray(), "a QED image"),
        ("LRCSTRM"u8.ToArray(), "a sealed stream"),
    ];

    public static IBlockDevice Open(string path)
    {
        var file = new ImageFile(LinuxFile.OpenByPath(path), path);
        try
        {
            if (file.Length == 0)
                throw new DiskException(DiskErrorKind.NotADisk, $"{path} is empty.", path);
            if (file.Magic() == SparseHeader.Magic)
                return OpenSparse(file);
            var start = file.Start(4096);
            foreach (var (magic, name) in s_foreign)
            {
                if (start.AsSpan().StartsWith(magic))
                    throw file.Unsupported($"it is {name}; convert it to raw or VMDK first");
            }

            if (!Descriptor.Looks(start))
                return OpenRaw(file);
            using (file)
                return OpenDescriptor(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static ImageDevice OpenRaw(ImageFile file)
    {
        long length = (file.Length + BlockRequest.SectorSize - 1) / BlockRequest.SectorSize * BlockRequest.SectorSize;
        if (length / BlockRequest.SectorSize > ExtentLine.MaxSectors)
            throw new DiskException(DiskErrorKind.TooLarge, $"{file.Path} is larger than 64 TiB.", file.Path);
        return new ImageDevice([new FlatExtent(file, 0, length)]);
    }

    private static ImageDevice OpenSparse(ImageFile file)
    {
        var header = SparseExtent.ReadHeader(file);
        if (header.DescriptorSectors == 0)
            throw file.Unsupported("it is one part of an image; open its descriptor");
        long at = header.DescriptorOffset * BlockRequest.SectorSize;
        var bytes = new byte[header.DescriptorSectors * BlockRequest.SectorSize];
        file.Read(at, bytes);
        int end = Array.IndexOf(bytes, (byte)0);
        var descriptor = Descriptor.Parse(end < 0 ? bytes : bytes.AsSpan(0, end), file.Path);
        CheckPlainBase(descriptor, file);
        var type = descriptor[Keys.CreateType];
        if (!Is(type, "monolithicSparse") && !Is(type, "streamOptimized"))
            throw file.Unsupported($"its type {type} does not fit its header");
        if (descriptor.Extents is not [{ Type: "SPARSE" } line] || line.Sectors != header.Capacity)
            throw file.Malformed("its descriptor and its header tell different sizes");
        return new ImageDevice([SparseExtent.Open(file, header)]);
    }

    private static ImageDevice OpenDescriptor(ImageFile file)
    {
        if (file.Length > Descriptor.MaxBytes)
            throw new DiskException(DiskErrorKind.TooLarge, $"The descriptor {file.Path} is larger than 64 KiB.", file.Path);
        var descriptor = Descriptor.Parse(file.Start(Descriptor.MaxBytes), file.Path);
        CheckPlainBase(descriptor, file);
        var type = descriptor[Keys.CreateType];
        if (!Is(type, "monolithicFlat") && !Is(type, "twoGbMaxExtentFlat") && !Is(type, "twoGbMaxExtentSparse")
            && !Is(type, "vmfs"))
            throw file.Unsupported($"disks of type {type ?? "(none)"} are not read");
        if (descriptor.Extents.Count is 0 or > MaxExtents)
            throw file.Malformed($"it has {descriptor.Extents.Count} extents");
        if (descriptor.Extents.Sum(e => e.Sectors) > ExtentLine.MaxSectors)
            throw new DiskException(DiskErrorKind.TooLarge, $"The image {file.Path} is larger than 64 TiB.", file.Path);

        using var folder = new ImageFolder(file.Path);
        var extents = new List<IImageExtent>();
        try
        {
            foreach (var line in descriptor.Extents)
                extents.Add(folder.Open(line, file));
            folder.CheckApart(file);
            return new ImageDevice(extents);
        }
        catch
        {
            extents.ForEach(e => e.Dispose());
            throw;
        }
    }

    private static void CheckPlainBase(Descriptor descriptor, ImageFile file)
    {
        if (descriptor["version"] is not ("1" or "2" or "3"))
            throw file.Unsupported("its descriptor has an unknown version");
        if (Keys.Encryption.Any(k => k != Keys.Filter && k != Keys.Parents && descriptor[k] is not null))
            throw new DiskException(
                DiskErrorKind.AlreadyEncrypted, $"The image {file.Path} is encrypted; it can only be registered with its key.",
                file.Path);
        var parent = descriptor[Keys.ParentCid] ?? "ffffffff";
        if (!Is(parent, "ffffffff") || descriptor[Keys.ParentHint] is not null || descriptor[Keys.Parents] is not null)
            throw new DiskException(
                DiskErrorKind.HasParent, $"The image {file.Path} is a delta of another image; consolidate it first.", file.Path);
    }

    private static bool Is(string? text, string expected) => string.Equals(text, expected, StringComparison.OrdinalIgnoreCase);
}
