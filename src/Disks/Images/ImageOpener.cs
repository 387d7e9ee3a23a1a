using Lorica.Disks.Descriptors;
using Lorica.Disks.Native;
using Lorica.Disks.Sparse;

namespace Lorica.Disks.Images;

/// <summary>Opens a file as what <see cref="ImageClassifier"/> decided that it is, or refuses it as that.</summary>
internal static class ImageOpener
{
    private const string NoParent = "ffffffff";
    private const int MostShown = 256;

    private static readonly string[] OneFile = ["monolithicSparse", "streamOptimized"];
    private static readonly string[] Split = ["monolithicFlat", "twoGbMaxExtentFlat", "2GbMaxExtentFlat"];
    private static readonly string[] SplitSparse = ["twoGbMaxExtentSparse", "2GbMaxExtentSparse"];

    private static readonly string[] Vmfs =
        ["vmfs", "vmfsThin", "vmfsThick", "vmfsZeroedThick", "vmfsPreallocated", "vmfsEagerZeroedThick"];

    /// <summary>Opens the image; with <paramref name="raw"/> its bytes as they are, whatever they look like.</summary>
    public static ImageReader Open(string path, bool raw)
    {
        var file = OpenFile(path);
        try
        {
            var format = ImageClassifier.Decide(file);
            return raw && format != ImageFormat.Empty ? OpenRaw(file) : OpenAs(file, format, null);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Says what the file is and whether it opens.</summary>
    public static ImageModel Inspect(string path)
    {
        using var file = OpenFile(path);
        var format = ImageClassifier.Decide(file);
        var model = new ImageModel
        {
            Format = format, Name = ImageWords.Name(format), Reason = ImageWords.Reason(format), FileLength = file.Length,
        };
        try
        {
            using var device = OpenAs(file, format, descriptor => model = Describe(model, descriptor));
            return model with { Capacity = device.Length };
        }
        catch (DiskException e)
        {
            return model with { Problem = e.Message, WayOut = e.WayOut };
        }
    }

    /// <summary>What to do about a type of disk or extent that is not read.</summary>
    public static string WayOutOfType(string type) => type.ToUpperInvariant() switch
    {
        "FULLDEVICE" or "PARTITIONEDDEVICE" or "VMFSRAW" or "VMFSRDM" or "VMFSRDMP" or "VMFSPASSTHROUGHRAWDEVICEMAP" =>
            "Its data is on a device, not in files: import that device, --disk /dev/….",
        "VMFSSPARSE" or "SESPARSE" => "Consolidate the snapshots where the VM comes from, then take its base disk.",
        _ => "Convert it where it comes from, or: qemu-img convert -O raw IMAGE disk.raw",
    };

    private static ImageFile OpenFile(string path) => new(LinuxFile.OpenByPath(path), path, allowDevice: true);

    // On an exception the file stays the caller's.
    private static ImageReader OpenAs(ImageFile file, ImageFormat format, Action<ForeignDescriptor>? seen)
    {
        if (!ImageWords.IsRead(format))
            throw Refused(file, format);

        // The guest that writes a device may write it the start of any image: only its plain bytes are read.
        if (file.IsDevice && format is not (ImageFormat.Raw or ImageFormat.Iso))
        {
            throw file.Unsupported(
                $"it is a block device and holds {ImageWords.Name(format)}", "To import its bytes as they are: --raw.");
        }

        switch (format)
        {
            case ImageFormat.VmdkSparse or ImageFormat.VmdkStream:
                return OpenSparse(file, seen);
            case ImageFormat.VmdkDescriptor:
                var device = OpenDescriptor(file, seen);
                file.Dispose();
                return device;
            case ImageFormat.Raw or ImageFormat.Iso:
                return OpenRaw(file);
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "A format that is read, but by nobody.");
        }
    }

    private static DiskException Refused(ImageFile file, ImageFormat format)
    {
        bool none = format is ImageFormat.Empty or ImageFormat.BelowOneSector or ImageFormat.NotWholeSectors or ImageFormat.Text;
        return new DiskException(
            none ? DiskErrorKind.NotADisk : DiskErrorKind.Unsupported,
            $"{file.Path} is {ImageWords.Name(format)}{(none ? "" : ", which is not read as a disk")}.", file.Path)
        {
            WayOut = ImageWords.WayOut(format),
        };
    }

    private static ImageReader OpenRaw(ImageFile file)
    {
        long length = (file.Length + BlockRequest.SectorSize - 1) / BlockRequest.SectorSize * BlockRequest.SectorSize;
        if (length / BlockRequest.SectorSize > ExtentLine.MaxSectors)
            throw TooLarge(file);
        return new ImageReader([new FlatExtent(file, 0, length)]);
    }

    private static ImageReader OpenSparse(ImageFile file, Action<ForeignDescriptor>? seen)
    {
        var header = SparseExtent.ReadHeader(file);
        long at = header.DescriptorOffset * BlockRequest.SectorSize;
        byte[] bytes = new byte[Math.Min(header.DescriptorSectors * BlockRequest.SectorSize, file.Length)];
        file.Read(at, bytes);
        int end = Array.IndexOf(bytes, (byte)0);
        var descriptor = ForeignDescriptor.Parse(end < 0 ? bytes : bytes.AsSpan(0, end), file.Path);
        seen?.Invoke(descriptor);
        CheckPlainBase(descriptor, file);
        string? type = descriptor[Keys.CreateType];
        if (IsOneOf(type, SplitSparse) && descriptor.Extents.Count > 1)
        {
            var device = OpenExtents(descriptor, file, selfFirst: true);
            file.Dispose();
            return device;
        }

        if (!IsOneOf(type, OneFile))
            throw file.Unsupported($"its type {Shown(type)} does not fit its header");

        // Some programs round the capacity in the header up to whole grains; the descriptor has the disk's own size.
        if (descriptor.Extents is not [{ Type: "SPARSE" } line]
            || (line.Sectors != header.Capacity
                && line.Sectors + header.GrainSectors - 1 - (line.Sectors - 1) % header.GrainSectors != header.Capacity))
        {
            throw file.Malformed("its descriptor and its header tell different sizes");
        }

        return new ImageReader([SparseExtent.Open(file, header, line.Sectors)]);
    }

    private static ImageReader OpenDescriptor(ImageFile file, Action<ForeignDescriptor>? seen)
    {
        if (file.Length > ForeignDescriptor.MaxBytes)
            throw ForeignDescriptor.TooLarge(file.Path);
        var descriptor = ForeignDescriptor.Parse(file.Start(ForeignDescriptor.MaxBytes), file.Path);
        seen?.Invoke(descriptor);
        CheckPlainBase(descriptor, file);
        string? type = descriptor[Keys.CreateType];
        if (!IsOneOf(type, Split) && !IsOneOf(type, SplitSparse) && !IsOneOf(type, Vmfs))
            throw file.Unsupported($"disks of type {Shown(type)} are not read", WayOutOfType(type ?? ""));
        return OpenExtents(descriptor, file, selfFirst: false);
    }

    private static ImageReader OpenExtents(ForeignDescriptor descriptor, ImageFile file, bool selfFirst)
    {
        if (descriptor.Extents.Count == 0)
            throw file.Malformed("its descriptor names no data");
        if (descriptor.Extents.Sum(e => e.Sectors) > ExtentLine.MaxSectors)
            throw TooLarge(file);
        var folder = new ImageFolder(descriptor, file);
        var extents = new List<IImageExtent>();
        try
        {
            foreach (var line in descriptor.Extents)
                extents.Add(selfFirst && extents.Count == 0 ? folder.OpenSelf(line) : folder.Open(line));
            folder.CheckApart();
            return new ImageReader(extents, folder);
        }
        catch
        {
            extents.ForEach(e => e.Dispose());
            folder.Dispose();
            throw;
        }
    }

    private static void CheckPlainBase(ForeignDescriptor descriptor, ImageFile file)
    {
        if (descriptor["version"] is not ("1" or "2" or "3" or "4"))
            throw file.Unsupported($"its descriptor has the version {Shown(descriptor["version"])}");
        if (Keys.Encryption.Any(k => k != Keys.Filter && k != Keys.Parents && descriptor[k] is not null))
        {
            throw new DiskException(
                DiskErrorKind.AlreadyEncrypted, $"The image {file.Path} is encrypted; it can only be registered with its key.",
                file.Path);
        }

        string parent = descriptor[Keys.ParentCid] ?? NoParent;
        if (!IsOneOf(parent, [NoParent]) || descriptor[Keys.ParentHint] is not null || descriptor[Keys.Parents] is not null)
        {
            throw new DiskException(
                DiskErrorKind.HasParent, $"The image {file.Path} is a delta of another image; consolidate it first.", file.Path);
        }
    }

    private static ImageModel Describe(ImageModel model, ForeignDescriptor descriptor) => model with
    {
        CreateType = descriptor[Keys.CreateType] is { } type ? Shown(type) : null,
        Extents = [.. descriptor.Extents.Take(MostShown).Select(e => new ImageExtentModel(
            ForeignDescriptor.Shown(e.Type), TryName(descriptor, e), e.Sectors * BlockRequest.SectorSize,
            e.OffsetSectors * BlockRequest.SectorSize))],
        ExtentCount = descriptor.Extents.Count,
    };

    private static string? TryName(ForeignDescriptor descriptor, ExtentLine line)
    {
        try
        {
            return descriptor.NameOf(line);
        }
        catch (DiskException)
        {
            return ForeignDescriptor.Shown(line.File!);
        }
    }

    private static DiskException TooLarge(ImageFile file) =>
        new(DiskErrorKind.TooLarge, $"The image {file.Path} is larger than 64 TiB, the limit of a disk.", file.Path);

    private static string Shown(string? word) => word is null ? "(none)" : ForeignDescriptor.Shown(word);

    private static bool IsOneOf(string? text, string[] expected) => expected.Contains(text, StringComparer.OrdinalIgnoreCase);
}
