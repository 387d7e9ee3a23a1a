using Lorica.Disks.Descriptors;
using Lorica.Disks.Native;
using Lorica.Disks.Sparse;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Images;

/// <summary>
/// Opens the extents that a descriptor names, from the descriptor's own folder only. Of many extents none holds its file open, so
/// that thousands of them need no more open files than one; this object then has to live as long as they do.
/// </summary>
internal sealed class ImageFolder : IDisposable
{
    private const int MostHeld = 64;
    private const int CachedTables = 4096;

    private readonly SafeFileHandle _folder;
    private readonly string _path;
    private readonly ForeignDescriptor _descriptor;
    private readonly ImageFile _file;
    private readonly bool _held;
    private readonly int _tables;
    private readonly List<(ulong Device, ulong Inode, long Start, long End)> _used = [];

    private long _directoryEntries;

    public ImageFolder(ForeignDescriptor descriptor, ImageFile file)
    {
        (_descriptor, _file) = (descriptor, file);
        _held = descriptor.Extents.Count <= MostHeld;
        _tables = Math.Clamp(CachedTables / Math.Max(1, descriptor.Extents.Count), 2, GrainMap.MostCachedTables);
        _path = Path.GetDirectoryName(Path.GetFullPath(file.Path)) ?? "/";

        // The person chose this path: its last folder may be a link. What the descriptor names below it may not.
        _folder = LinuxFile.OpenFolder(_path.EndsWith('/') ? _path + "." : _path + "/.");
    }

    public IImageExtent Open(ExtentLine line)
    {
        long length = line.Sectors * BlockRequest.SectorSize;
        if (line.Access == "NOACCESS")
            throw _file.Unsupported("an extent is marked NOACCESS");
        if (line.Type == "ZERO")
            return line.File is null ? new ZeroExtent(length) : throw _file.Malformed("a zero extent names a file");
        if (line.Type is not ("FLAT" or "VMFS" or "SPARSE"))
        {
            throw _file.Unsupported(
                $"extents of type {ForeignDescriptor.Shown(line.Type)} are not read", ImageOpener.WayOutOfType(line.Type));
        }

        var file = OpenFile(_descriptor.NameOf(line) ?? throw _file.Malformed("an extent names no file"));
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

    /// <summary>The first part of a disk whose descriptor lies in that part itself, whatever name it has by now.</summary>
    public IImageExtent OpenSelf(ExtentLine line)
    {
        var file = new ImageFile(LinuxFile.OpenByPath(_file.Path), _file.Path);
        try
        {
            if (file.Identity != _file.Identity)
                throw _file.Malformed("it was replaced while it was opened");
            return OpenSparse(file, line, line.Sectors * BlockRequest.SectorSize);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Refuses extents that share bytes of a file.</summary>
    public void CheckApart()
    {
        _used.Sort();
        for (int i = 1; i < _used.Count; i++)
        {
            var (a, b) = (_used[i - 1], _used[i]);
            if (a.Device == b.Device && a.Inode == b.Inode && b.Start < a.End)
                throw _file.Malformed("two extents overlap in one file");
        }
    }

    public void Dispose() => _folder.Dispose();

    private ImageFile OpenFile(string name)
    {
        // The kernel refuses ways out too; this names the reason before anything is touched, and keeps folders below out of play.
        if (name.AsSpan().ContainsAny('/', '\\') || name is "." or "..")
        {
            throw new DiskException(
                DiskErrorKind.EscapesFolder,
                $"The image {_file.Path} names an extent outside its folder: \"{ForeignDescriptor.Shown(name)}\".", _file.Path);
        }

        string path = Path.Combine(_path, name);
        try
        {
            return _held ? new ImageFile(OpenBelow(name), path) : new ImageFile(() => OpenBelow(name), path);
        }
        catch (DiskException e) when (e.Kind == DiskErrorKind.NotFound)
        {
            throw new DiskException(
                DiskErrorKind.NotFound, $"The image {_file.Path} names the file {name}, which is not beside it.", path, inner: e)
            {
                WayOut = "Copy all files of the disk into one folder, under the names that the descriptor has.",
            };
        }
    }

    private SafeFileHandle OpenBelow(string name) => LinuxFile.OpenBelow(_folder, name, LinuxFile.ReadOnly);

    private FlatExtent OpenFlat(ImageFile file, ExtentLine line, long length)
    {
        if (ImageClassifier.MisnamedAsFlat(file.Start(SparseHeader.Size)) is { } other)
            throw _file.Malformed($"it calls {file.Path} plain data, and that is {ImageWords.Name(other)}");
        long start = line.OffsetSectors * BlockRequest.SectorSize;
        if (start > file.Length - length)
            throw file.Malformed("it is shorter than its descriptor says (cut off?)");
        _used.Add((file.Identity.Device, file.Identity.Inode, start, start + length));
        return new FlatExtent(file, start, length);
    }

    private SparseExtent OpenSparse(ImageFile file, ExtentLine line, long length)
    {
        var format = ImageClassifier.Decide(file);
        if (format is ImageFormat.VmdkCowd or ImageFormat.VmdkSeSparse or ImageFormat.ChangeTracking
            or ImageFormat.VmdkDescriptor)
        {
            throw _file.Malformed($"it calls {file.Path} sparse, and that is {ImageWords.Name(format)}");
        }

        var header = SparseExtent.ReadHeader(file);
        if (header.Capacity != line.Sectors)
            throw file.Malformed("its header and the descriptor tell different sizes");

        // Each keeps the grain that was expanded last: one is enough, thousands of them are not.
        if (header.Compressed && _descriptor.Extents.Count > 1)
            throw file.Unsupported("a compressed file is only read as the one file of a disk");
        // Before anything of it is read into memory: a descriptor may name one file, or many nearly empty ones, again and again.
        if (_used.Exists(u => u.Device == file.Identity.Device && u.Inode == file.Identity.Inode))
            throw _file.Malformed("two extents overlap in one file");
        if ((_directoryEntries += header.DirectoryEntries) > GrainMap.MaxDirectoryEntries)
        {
            throw new DiskException(
                DiskErrorKind.TooLarge,
                $"The image {_file.Path} has more than {GrainMap.MaxDirectoryEntries} grain tables in its files (the limit).",
                _file.Path);
        }

        _used.Add((file.Identity.Device, file.Identity.Inode, 0, Math.Max(file.Length, length)));
        return SparseExtent.Open(file, header, line.Sectors, _tables);
    }
}
