using System.Runtime.CompilerServices;

namespace Lorica.Disks;

/// <summary>What every reader can do with its map.</summary>
public static class BlockReaders
{
    /// <summary>Walks the whole device from 0: ranges follow each other without gap and cover every byte once.</summary>
    public static async IAsyncEnumerable<DiskRange> RangesAsync(
        this IBlockReader reader, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(reader);
        for (long at = 0; at < reader.Length;)
        {
            ct.ThrowIfCancellationRequested();
            var range = await reader.RangeAtAsync(at, ct);
            yield return range;
            at = range.End;
        }
    }
}
