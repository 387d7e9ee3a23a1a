using System.Runtime.CompilerServices;
using Lorica.Disks;
using Lorica.Nbd.Buffers;

namespace Lorica.Nbd.Sessions;

/// <summary>Zeroing by plain writes: for devices without a quicker way, and where the client forbids holes.</summary>
internal static class ZeroFill
{
    private const int Chunk = ArenaPool.Standard;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask WriteAsync(
        ArenaPool pool, IBlockDevice device, long offset, long length, bool durable, CancellationToken ct)
    {
        var arena = pool.Rent(Chunk);
        try
        {
            while (length > 0)
            {
                int n = (int)Math.Min(Chunk, length);

                // Cleared each time: the device may have encrypted it in place.
                arena.Span(0, n).Clear();
                await device.WriteAsync(offset, arena.Memory(0, n), durable: false, ct);
                offset += n;
                length -= n;
            }
        }
        finally
        {
            arena.Release();
        }

        // One flush covers all chunks.
        if (durable)
            await device.FlushAsync(ct);
    }
}
