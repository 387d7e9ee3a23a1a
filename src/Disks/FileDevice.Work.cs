using Lorica.Disks.Native;

namespace Lorica.Disks;

/// <summary>What runs on worker threads.</summary>
public sealed partial class FileDevice
{
    private const int ZeroChunk = 64 * 1024;
    private static readonly byte[] s_zeros = new byte[ZeroChunk];

    internal void Execute(DiskOperation operation, long offset, Memory<byte> buffer, long length, bool durable)
    {
        switch (operation)
        {
            case DiskOperation.Read:
                LinuxFile.Read(_file, offset, buffer.Span, _path);
                break;
            case DiskOperation.Write:
                WriteNow(offset, buffer.Span, durable);
                break;
            case DiskOperation.Flush:
                SyncNow();
                break;
            case DiskOperation.Trim:
                ThrowIfFailed();
                LinuxFile.Punch(_file, offset, length, _path);
                break;
            case DiskOperation.WriteZeroes:
                ZeroNow(offset, length, durable);
                break;
            default:
                throw new InvalidOperationException("No such operation.");
        }
    }

    private void WriteNow(long offset, ReadOnlySpan<byte> data, bool durable)
    {
        ThrowIfFailed();
        try
        {
            LinuxFile.Write(_file, offset, data, durable, _path);
        }
        catch (DiskException e) when (durable && e.Kind == DiskErrorKind.Io)
        {
            _failure ??= e;
            throw;
        }
    }

    private void SyncNow()
    {
        ThrowIfFailed();
        try
        {
            LinuxFile.DataSync(_file, _path);
        }
        catch (DiskException e)
        {
            _failure ??= e;
            throw;
        }
    }

    private void ZeroNow(long offset, long length, bool durable)
    {
        ThrowIfFailed();
        bool done = _keepAllocation
            ? LinuxFile.Zero(_file, offset, length, _path)
            : LinuxFile.Punch(_file, offset, length, _path);
        while (!done && length > 0)
        {
            int n = (int)Math.Min(ZeroChunk, length);
            LinuxFile.Write(_file, offset, s_zeros.AsSpan(0, n), false, _path);
            offset += n;
            length -= n;
        }

        if (durable)
            SyncNow();
    }
}
