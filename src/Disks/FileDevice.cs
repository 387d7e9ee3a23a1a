using Lorica.Disks.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks;

/// <summary>
/// A flat file as a disk, byte n of the file is byte n of the disk. Reads that the page cache can answer, and small writes into
/// the page cache, complete on the caller's thread; all else runs on the thread pool without allocating in steady state.
/// </summary>
/// <remarks>
/// A flush is <c>fdatasync</c>, a durable write is the write and then <c>fdatasync</c>, all over one open file description that
/// never writes (<see cref="SyncGate"/>). After one has failed, for whatever reason, nothing can tell which acknowledged writes
/// reached the disk, and trying again would report success for data that the kernel dropped: the device stays failed for writes
/// and flushes, reads go on. A write that the filesystem refuses at once (no space) was never acknowledged and fails alone. Not
/// <c>RWF_DSYNC</c>: it would be told of older losses as if they were its own. Trim gives space back (the range reads as zeros);
/// if the filesystem cannot, the hint is ignored.
/// </remarks>
public sealed partial class FileDevice : ISparse
{
    // Above this a write may be slow enough to deserve a worker.
    private const int InlineWriteLimit = 128 * 1024;

    private readonly SafeFileHandle _file;
    private readonly string? _path;
    private readonly bool _ownsHandle;
    private readonly bool _keepAllocation;
    private readonly SyncGate _syncs;
    private volatile bool _noWaitUnsupported;

    private FileDevice(
        SafeFileHandle file, SafeFileHandle sync, long length, string? path, bool ownsHandle, bool keepAllocation)
    {
        _file = file;
        _syncs = new SyncGate(sync, path);
        Length = length;
        _path = path;
        _ownsHandle = ownsHandle;
        _keepAllocation = keepAllocation;
    }

    /// <inheritdoc/>
    public long Length { get; }

    /// <summary>Whether a flush or a durable write has failed: what was acknowledged before may be lost.</summary>
    public bool HasFailed => _syncs.Failure is not null;

    /// <summary>
    /// Called once, with the first flush or durable write that fails, before its caller is told; set before the first request.
    /// Must not throw.
    /// </summary>
    public Action<DiskException>? OnFailure
    {
        get => _syncs.OnFailure;
        set => _syncs.OnFailure = value;
    }

    /// <summary>
    /// Wraps an open file whose size must be at least <paramref name="length"/>.
    /// </summary>
    /// <param name="file">Open for reading and writing.</param>
    /// <param name="length">Bytes of the disk, a positive multiple of 512.</param>
    /// <param name="ownsHandle">Whether disposing the device closes the file.</param>
    /// <param name="keepAllocation">True for thick disks: zeroing keeps the space taken and trim does nothing.</param>
    /// <param name="path">For messages only.</param>
    /// <param name="sync">
    /// The same file, opened a second time before anything was written; for reading is enough, since nothing is ever written over
    /// it. The device syncs over it and closes it at the end, and nobody else may sync over it. Null: the device opens the file
    /// again itself, for reading, which needs the right to.
    /// </param>
    public static FileDevice FromHandle(
        SafeFileHandle file, long length, bool ownsHandle = true, bool keepAllocation = false, string? path = null,
        SafeFileHandle? sync = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (length <= 0 || length % BlockRequest.SectorSize != 0)
            throw new DiskException(DiskErrorKind.InvalidArgument, "The size of a disk is a positive multiple of 512.", path);
        if (LinuxFile.Stat(file, path).Length < length)
            throw new DiskException(DiskErrorKind.Malformed, $"{path ?? "The data file"} is shorter than the disk.", path);
        return new FileDevice(file, sync ?? LinuxFile.OpenAgain(file, path), length, path, ownsHandle, keepAllocation);
    }

    /// <summary>Skips the check of the size, for descriptors that have none but fail as a broken disk does.</summary>
    internal static FileDevice ForTests(SafeFileHandle file, long length) => new(file, file, length, null, false, false);

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, buffer.Length);
        if (!_noWaitUnsupported)
        {
            int n = LinuxFile.ReadCached(_file, offset, buffer.Span, out bool unsupported);
            if (n == buffer.Length)
                return ValueTask.CompletedTask;
            if (unsupported)
                _noWaitUnsupported = true;
            offset += n;
            buffer = buffer[n..];
        }

        return FileOperation.Queue(this, DiskOperation.Read, offset, buffer, 0, false);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(long offset, Memory<byte> buffer, bool durable, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, buffer.Length);
        ThrowIfFailed();
        if (durable || buffer.Length > InlineWriteLimit)
            return FileOperation.Queue(this, DiskOperation.Write, offset, buffer, 0, durable);
        LinuxFile.Write(_file, offset, buffer.Span, _path);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken ct)
    {
        ThrowIfFailed();
        return FileOperation.Queue(this, DiskOperation.Flush, 0, default, 0, false);
    }

    /// <inheritdoc/>
    public ValueTask TrimAsync(long offset, long length, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, length);
        ThrowIfFailed();
        return _keepAllocation || length == 0
            ? ValueTask.CompletedTask
            : FileOperation.Queue(this, DiskOperation.Trim, offset, default, length, false);
    }

    /// <inheritdoc/>
    public ValueTask WriteZeroesAsync(long offset, long length, bool durable, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, length);
        ThrowIfFailed();
        return length == 0
            ? ValueTask.CompletedTask
            : FileOperation.Queue(this, DiskOperation.WriteZeroes, offset, default, length, durable);
    }

    /// <inheritdoc/>
    public ValueTask<DiskRange> RangeAtAsync(long offset, CancellationToken ct)
    {
        BlockRequest.Check(Length, offset, BlockRequest.SectorSize);
        return ValueTask.FromResult(FileRanges.At(_file, offset, Length, _path));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_ownsHandle)
            _file.Dispose();
        _syncs.Dispose();
        return ValueTask.CompletedTask;
    }

    private void ThrowIfFailed() => _syncs.ThrowIfFailed();
}
