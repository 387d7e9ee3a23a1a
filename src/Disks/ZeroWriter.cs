using System.Buffers;
using System.Runtime.CompilerServices;

namespace Lorica.Disks;

/// <summary>Zeroing by plain writes, for devices (or filesystems) that cannot do better.</summary>
internal static class ZeroWriter
{
    private const int Chunk = 256 * 1024;

    /// <summary>Writes zeros through <paramref name="device"/>; an encrypting device turns each chunk into ciphertext.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask WriteAsync(IBlockDevice device, long offset, long length, bool durable, CancellationToken ct)
    {
        BlockRequest.Check(device.Length, offset, length);
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Chunk, length));
        try
        {
            while (length > 0)
            {
                int n = (int)Math.Min(Chunk, length);

                // Cleared each time: the device may have overwritten the buffer.
                buffer.AsSpan(0, n).Clear();
                await device.WriteAsync(offset, buffer.AsMemory(0, n), durable, ct);
                offset += n;
                length -= n;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
