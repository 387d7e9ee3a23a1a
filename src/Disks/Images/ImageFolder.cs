using Lorica.Disks.Descriptors;
using Lorica.Disks.Native;
using Lorica.Disks.Sparse;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Images;

/// <summary>Opens the extents that a descriptor names, from the descriptor's own folder only.</summary>
internal sealed class ImageFolder : IDisposable
{
    private readonly SafeFileHandle _folder;
    private readonly string _path;
    private readonly List<(ulong Device, ulong Inode, long Start, long End)> _used = [];

    public ImageFolder(string descriptorPath)
    {
        _path = Path.GetDirectoryName(Path.GetFullPath(descriptorPath)) ?? "/";

        // The person chose this path: its last folder may be a link. What the descriptor names below it may not.
        _folder = LinuxFile.OpenFolder(_path.EndsWith('/') ? _path + "." : _path + "/.");
    }

    public IImageExtent Open(ExtentLine line, ImageFile descriptor)
    {
        long length = line.Sectors * BlockRequest.SectorSize;
        if (line.Access == "NOACCESS")
            throw descriptor.Unsupported("an extent is marked NOACCESS");
        if (line.Type == "ZERO")
            return line.File is null ? new ZeroExtent(length) : throw descriptor.Malformed("a zero extent names a file");
        if (line.Type is not ("FLAT" or "VMFS" or "SPARSE"))
            throw descriptor.Unsupported($"extents of type {line.Type} are not read");
        var file = OpenFile(line.File ?? throw descriptor.Malformed("an extent names no file"), descriptor);
        try
        {
            return line.Type == "SPARSE" ? OpenSparse(file, line, length) : OpenFlat(file, line, length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Refuses extents that share bytes of a file.</summary>
    public void CheckApart(ImageFile descriptor)
    {
        _used.Sort();
        for (int i = 1; i < _used.Count; i++)
        {
            var (a, b) = (_used[i - 1], _used[i]);
            if (a.Device == b.Device && a.Inode == b.Inode && b.Start < a.End)
                throw descriptor.Malformed("two extents overlap in one file");
        }
    }

    public void Dispose() => _folder.Dispose();

    private ImageFile OpenFile(string name, ImageFile descriptor)
    {
        // The kernel refuses ways out too; this names the reason before anything is touched, and keeps folders below out of play.
        if (name.AsSpan().ContainsAny('/', '\\') || name is "." or "..")
            throw new DiskException(
                DiskErrorKind.EscapesFolder, $"The image {descriptor.Path} names an extent outside its folder: \"{name}\".",
                descriptor.Path);
        return new ImageFile(LinuxFile.OpenBelow(_folder, name, LinuxFile.ReadOnly), Path.Combine(_path, name));
    }

    private FlatExtent OpenFlat(ImageFile file, ExtentLine line, long length)
    {
        long start = line.OffsetSectors * BlockRequest.SectorSize;
        if (start > file.Length - length)
            throw file.Malformed("it is shorter than its descriptor says (cut off?)");
        _used.Add((file.Identity.Device, file.Identity.Inode, start, start + length));
        return new FlatExtent(file, start, length);
    }

    private SparseExtent OpenSparse(ImageFile file, ExtentLine line, long length)
    {
        var header = SparseExtent.ReadHeader(file);
        if (header.Capacity != line.Sectors)
            throw file.Malformed("its header and the descriptor tell different sizes");
        _used.Add((file.Identity.Device, file.Identity.Inode, 0, Math.Max(file.Length, length)));
        return SparseExtent.Open(file, header);
    }
}
