using Lorica.Disks.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Storage;

/// <summary>A real file; owns its handle.</summary>
internal sealed class FolderFile(SafeFileHandle handle, string path) : IStoredFile
{
    public SafeFileHandle Handle => handle;

    public FileStat Stat() => LinuxFile.Stat(handle, path);

    public void Read(long offset, Span<byte> buffer) => LinuxFile.Read(handle, offset, buffer, path);

    public void Write(long offset, ReadOnlySpan<byte> data) => LinuxFile.Write(handle, offset, data, false, path);

    public void SetLength(long length) => LinuxFile.SetLength(handle, length, path);

    public bool Reserve(long offset, long length) => LinuxFile.Reserve(handle, offset, length, path);

    public DiskRange RangeAt(long offset, long length) => FileRanges.At(handle, offset, length, path);

    public void DataSync() => LinuxFile.DataSync(handle, path);

    public void Sync() => LinuxFile.Sync(handle, path);

    public void Dispose() => handle.Dispose();
}
