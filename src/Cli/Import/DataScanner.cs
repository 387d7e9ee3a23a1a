using System.Runtime.CompilerServices;
using Lorica.Contracts.Rest;
using Lorica.Crypto;
using Lorica.Disks;

namespace Lorica.Cli.Import;

/// <summary>
/// Reads what a disk really holds: holes are skipped unread, and of the rest each aligned block of <see cref="BlockLength"/>
/// that is all zero. Constant memory: one buffer of the largest frame.
/// </summary>
internal static class DataScanner
{
    /// <summary>Grain in which zeros are left out; as fine as filesystem blocks are, so that a thin disk stays thin.</summary>
    public const int BlockLength = 4096;

    public static async IAsyncEnumerable<DataRun> ScanAsync(IBlockReader device, [EnumeratorCancellation] CancellationToken ct)
    {
        byte[] buffer = new byte[DiskStream.MaximumData];
        await foreach (var range in device.RangesAsync(ct))
        {
            if (!range.HoldsData)
                continue;
            for (long at = range.Offset; at < range.End;)
            {
                // Windows end at multiples of their size, so that blocks stay aligned whatever the ranges are.
                int window = (int)Math.Min(range.End - at, DiskStream.MaximumData - (at % DiskStream.MaximumData));
                await device.ReadAsync(at, buffer.AsMemory(0, window), ct);
                foreach (var (start, length) in Runs(buffer.AsSpan(0, window), at))
                    yield return new DataRun(at + start, buffer.AsMemory(start, length));
                at += window;
            }
        }
    }

    private static List<(int Start, int Length)> Runs(ReadOnlySpan<byte> window, long offset)
    {
        var runs = new List<(int, int)>();
        int start = -1;
        for (int at = 0; at < window.Length;)
        {
            int block = (int)Math.Min(window.Length - at, BlockLength - ((offset + at) % BlockLength));
            if (!ZeroBlocks.IsAllZero(window.Slice(at, block)))
            {
                if (start < 0)
                    start = at;
            }
            else if (start >= 0)
            {
                runs.Add((start, at - start));
                start = -1;
            }
            at += block;
        }
        if (start >= 0)
            runs.Add((start, window.Length - start));
        return runs;
    }
}
