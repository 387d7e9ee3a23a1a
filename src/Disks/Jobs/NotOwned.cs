using Lorica.Disks.Native;
using Lorica.Disks.Storage;

namespace Lorica.Disks.Jobs;

/// <summary>A file that somebody else disposes.</summary>
internal sealed class NotOwned(IStoredFile file) : IStoredFile
{
    public FileStat Stat() => file.Stat();

    public void Read(long offset, Span<byte> buffer) => file.Read(offset, buffer);

    public void Write(long offset, ReadOnlySpan<byte> data) => file.Write(offset, data);

    public void SetLength(long length) => file.SetLength(length);

    public bool Reserve(long offset, long length) => file.Reserve(offset, length);

    public DiskRange RangeAt(long offset, long length) => file.RangeAt(offset, length);

    public void DataSync() => file.DataSync();

    public void Sync() => file.Sync();

    public void Dispose()
    {
        // The owner does.
    }
}
