using System.Buffers;
using Lorica.Crypto;

namespace Lorica.Disks;

/// <summary>Copies one device onto a fresh one, leaving out what reads as zeros.</summary>
public static class DiskCopy
{
    private const int ChunkBytes = 1024 * 1024;
    private const int BlockBytes = 4096;

    /// <summary>
    /// Copies all of <paramref name="source"/> to the start of <paramref name="target"/>, which must read as zeros (a new disk)
    /// and be at least as long. Holes and 4 KiB blocks of zeros are left out, so a thin target stays thin. Durable when it
    /// returns.
    /// </summary>
    public static async Task CopyAsync(
        IBlockReader source, IBlockDevice target, IProgress<DiskProgress>? progress, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        if (target.Length < source.Length)
            throw new DiskException(DiskErrorKind.InvalidArgument, "The target is smaller than the source.");
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (long at = 0; at < source.Length;)
            {
                var range = await source.RangeAtAsync(at, ct);
                long end = range.End;
                while (range.HoldsData && at < end)
                {
                    ct.ThrowIfCancellationRequested();
                    var chunk = buffer.AsMemory(0, (int)Math.Min(ChunkBytes, end - at));
                    await source.ReadAsync(at, chunk, ct);
                    await WriteDataAsync(target, at, chunk, ct);
                    at += chunk.Length;
                    progress?.Report(new DiskProgress(at, source.Length));
                }

                at = end;
                progress?.Report(new DiskProgress(at, source.Length));
            }

            await target.FlushAsync(ct);
        }
        finally
        {
            // It held plain text of the guest.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static async Task WriteDataAsync(IBlockDevice target, long offset, Memory<byte> chunk, CancellationToken ct)
    {
        int at = 0;
        while (at < chunk.Length)
        {
            int end = at;
            while (end < chunk.Length && !IsZero(chunk, end))
                end += BlockBytes;
            end = Math.Min(end, chunk.Length);
            if (end > at)
                await target.WriteAsync(offset + at, chunk[at..end], false, ct);
            at = end;
            while (at < chunk.Length && IsZero(chunk, at))
                at = Math.Min(at + BlockBytes, chunk.Length);
        }
    }

    private static bool IsZero(Memory<byte> chunk, int at) =>
        ZeroBlocks.IsAllZero(chunk.Span.Slice(at, Math.Min(BlockBytes, chunk.Length - at)));
}
