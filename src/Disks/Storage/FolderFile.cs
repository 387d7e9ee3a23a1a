using Lorica.Disks.Locks;
using Lorica.Disks.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Storage;

/// <summary>
/// A real file; owns its handles. Syncs go over a description of their own, opened before the first write (see
/// <see cref="SyncGate"/> for why); a file that is only read has none. Each change asks for the right first.
/// </summary>
internal sealed class FolderFile(SafeFileHandle handle, string path, bool writable, IWriteRight? right) : IStoredFile
{
    private readonly SafeFileHandle? _sync = writable ? LinuxFile.OpenAgain(handle, path) : null;

    public SafeFileHandle Handle => handle;

    public FileStat Stat() => LinuxFile.Stat(handle, path);

    public void Read(long offset, Span<byte> buffer) => LinuxFile.Read(handle, offset, buffer, path);

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        right.Require(path);
        LinuxFile.Write(handle, offset, data, path);
    }

    public void SetLength(long length)
    {
        right.Require(path);
        LinuxFile.SetLength(handle, length, path);
    }

    public bool Reserve(long offset, long length)
    {
        right.Require(path);
        return LinuxFile.Reserve(handle, offset, length, path);
    }

    public DiskRange RangeAt(long offset, long length) => FileRanges.At(handle, offset, length, path);

    public void DataSync()
    {
        right.Require(path);
        LinuxFile.DataSync(_sync ?? handle, path);
    }

    public void Sync()
    {
        right.Require(path);
        LinuxFile.Sync(_sync ?? handle, path);
    }

    public void Dispose()
    {
        _sync?.Dispose();
        handle.Dispose();
    }
}
