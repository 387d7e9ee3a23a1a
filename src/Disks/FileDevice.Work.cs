using Lorica.Disks.Native;

namespace Lorica.Disks;

/// <summary>What runs on worker threads.</summary>
public sealed partial class FileDevice
{
    private const int ZeroChunk = 64 * 1024;
    private static readonly byte[] Zeros = new byte[ZeroChunk];

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
                _syncs.Sync();
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
        LinuxFile.Write(_file, offset, data, _path);
        if (durable)
            _syncs.Sync();
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
            LinuxFile.Write(_file, offset, Zeros.AsSpan(0, n), _path);
            offset += n;
            length -= n;
        }

        if (durable)
            _syncs.Sync();
    }
}
