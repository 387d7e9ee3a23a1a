using Lorica.Disks.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Images;

/// <summary>
/// A file of a foreign image, for reading. Every read is checked against the size that it had when it was opened first. It holds
/// its handle; or, as one of very many, it is opened for each read anew, and must then still be the same file of the same size.
/// </summary>
internal sealed class ImageFile : IDisposable
{
    private readonly SafeFileHandle? _handle;
    private readonly Func<SafeFileHandle>? _reopen;

    /// <summary>Holds the handle and owns it.</summary>
    public ImageFile(SafeFileHandle handle, string path, bool allowDevice = false)
    {
        Path = path;
        _handle = handle;
        try
        {
            (Length, Identity, IsDevice) = Examine(handle, allowDevice);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Is opened anew for each read.</summary>
    public ImageFile(Func<SafeFileHandle> open, string path)
    {
        Path = path;
        _reopen = open;
        using var handle = open();
        (Length, Identity, IsDevice) = Examine(handle, allowDevice: false);
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>A block device: the operator's own source, never something that an image names.</summary>
    public bool IsDevice { get; }

    /// <summary>Tells whether two names are one file.</summary>
    public (ulong Device, ulong Inode) Identity { get; }

    /// <summary>Reads exactly; a range outside the file is a broken image.</summary>
    public void Read(long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset > Length - buffer.Length)
            throw Malformed($"it points to byte {offset}, behind the end of its file (cut off?)", offset);
        var handle = Take();
        try
        {
            LinuxFile.Read(handle, offset, buffer, Path);
        }
        finally
        {
            GiveBack(handle);
        }
    }

    /// <summary>Reads a sector range of a file whose last sector may be partial: what is missing of it is zeros.</summary>
    public void ReadPadded(long offset, Span<byte> buffer)
    {
        int inside = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        Read(Math.Min(offset, Length - inside), buffer[..inside]);
        buffer[inside..].Clear();
    }

    public DiskRange RangeAt(long offset, long length)
    {
        // A device knows no holes; blocks of zeros in it are found when they are read.
        if (IsDevice)
            return new DiskRange(offset, length - offset, RangeState.Data);
        var handle = Take();
        try
        {
            return FileRanges.At(handle, offset, length, Path);
        }
        finally
        {
            GiveBack(handle);
        }
    }

    public DiskException Malformed(string why, long? offset = null) =>
        new(DiskErrorKind.Malformed, $"The image {Path} is broken: {why}.", Path, offset)
        {
            WayOut = "Copy it again from where it was made, or convert it there.",
        };

    public DiskException Unsupported(string why, string? wayOut = null) =>
        new(DiskErrorKind.Unsupported, $"The image {Path} cannot be read: {why}.", Path) { WayOut = wayOut };

    public void Dispose() => _handle?.Dispose();

    /// <summary>First bytes of the file, fewer when it is shorter.</summary>
    public byte[] Start(int count)
    {
        byte[] start = new byte[Math.Min(count, Length)];
        Read(0, start);
        return start;
    }

    /// <summary>Last bytes of the file, fewer when it is shorter.</summary>
    public byte[] End(int count)
    {
        byte[] end = new byte[Math.Min(count, Length)];
        Read(Length - end.Length, end);
        return end;
    }

    private SafeFileHandle Take()
    {
        if (_handle is not null)
            return _handle;
        var handle = _reopen!();
        try
        {
            var (length, identity, _) = Examine(handle, allowDevice: false);
            if (length != Length || identity != Identity)
            {
                throw new DiskException(DiskErrorKind.Io, $"{Path} was changed while it was read.", Path)
                {
                    WayOut = "Stop whatever writes it.",
                };
            }

            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private void GiveBack(SafeFileHandle handle)
    {
        if (_handle is null)
            handle.Dispose();
    }

    private (long Length, (ulong Device, ulong Inode) Identity, bool IsDevice) Examine(SafeFileHandle handle, bool allowDevice)
    {
        var stat = LinuxFile.Stat(handle, Path);
        bool device = allowDevice && stat.IsBlockDevice;
        if (!stat.IsRegular && !device)
        {
            throw new DiskException(DiskErrorKind.NotADisk, $"{Path} is not an ordinary file.", Path)
            {
                WayOut = "Name the file of an image, or a block device as the source of an import.",
            };
        }

        return (device ? LinuxFile.End(handle, Path) : stat.Length, (stat.Device, stat.Inode), device);
    }
}
