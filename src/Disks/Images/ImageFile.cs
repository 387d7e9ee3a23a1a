using System.Buffers.Binary;
using Lorica.Disks.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Images;

/// <summary>
/// A file of a foreign image, open for reading; owns its handle. Every read is checked against the file's size.
/// </summary>
internal sealed class ImageFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    public ImageFile(SafeFileHandle handle, string path)
    {
        _handle = handle;
        Path = path;
        try
        {
            var stat = LinuxFile.Stat(handle, path);
            if (!stat.IsRegular)
                throw new DiskException(DiskErrorKind.NotADisk, $"{path} is not an ordinary file.", path);
            Length = stat.Length;
            Identity = (stat.Device, stat.Inode);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>Tells whether two names are one file.</summary>
    public (ulong Device, ulong Inode) Identity { get; }

    /// <summary>Reads exactly; a range outside the file is a broken image.</summary>
    public void Read(long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset > Length - buffer.Length)
            throw Malformed($"it points to byte {offset}, behind the end of its file (cut off?)", offset);
        LinuxFile.Read(_handle, offset, buffer, Path);
    }

    /// <summary>Reads a sector range of a file whose last sector may be partial: what is missing of it is zeros.</summary>
    public void ReadPadded(long offset, Span<byte> buffer)
    {
        int inside = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        LinuxFile.Read(_handle, offset, buffer[..inside], Path);
        buffer[inside..].Clear();
    }

    public DiskRange RangeAt(long offset, long length) => FileRanges.At(_handle, offset, length, Path);

    public DiskException Malformed(string why, long? offset = null) =>
        new(DiskErrorKind.Malformed, $"The image {Path} is broken: {why}.", Path, offset);

    public DiskException Unsupported(string why) =>
        new(DiskErrorKind.Unsupported, $"The image {Path} cannot be read: {why}.", Path);

    public void Dispose() => _handle.Dispose();

    /// <summary>First bytes of the file, fewer when it is shorter.</summary>
    public byte[] Start(int count)
    {
        var start = new byte[Math.Min(count, Length)];
        Read(0, start);
        return start;
    }

    /// <summary>First four bytes as a little-endian number, 0 for shorter files.</summary>
    public uint Magic() => Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(Start(4));
}
