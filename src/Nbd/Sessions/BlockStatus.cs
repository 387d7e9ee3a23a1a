using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Lorica.Disks;
using Lorica.Nbd.Protocol;

namespace Lorica.Nbd.Sessions;

/// <summary>
/// Answers BLOCK_STATUS for <c>base:allocation</c>: chunk header, context id, then per extent u32 length and u32 state. The
/// answer may cover less than was asked but at least one extent; one that reaches beyond the request is cut to it.
/// </summary>
internal static class BlockStatus
{
    private const int MaximumExtents = 512;
    private const int Prefix = Wire.ChunkHeaderSize + 4;

    /// <summary>Room for the longest answer.</summary>
    public const int AnswerSize = Prefix + 8 * MaximumExtents;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask FillAsync(IBlockReader device, NbdRequest request, CancellationToken ct)
    {
        long at = (long)request.Header.Offset;
        long end = at + request.Header.Length;
        int limit = (request.Header.Flags & CommandFlags.RequestOne) != CommandFlags.None ? 1 : MaximumExtents;
        int extents = 0;
        bool lastHoldsData = false;
        while (at < end)
        {
            var range = await device.RangeAtAsync(at, ct);
            long length = Math.Min(range.End, end) - at;
            if (extents > 0 && range.HoldsData == lastHoldsData)
                Extend(request, extents - 1, (uint)length);
            else if (extents == limit)
                break;
            else
                Append(request, extents++, (uint)length, range.HoldsData ? 0 : Wire.StateHole | Wire.StateZero);
            lastHoldsData = range.HoldsData;
            at += length;
        }

        ReplyCodec.BlockStatus(request.Arena!.Span(request.Start, Prefix), request.Header.Cookie, extents);
        request.AnswerLength = Prefix + 8 * extents;
    }

    private static Span<byte> Extent(NbdRequest request, int index) => request.Arena!.Span(request.Start + Prefix + 8 * index, 8);

    private static void Append(NbdRequest request, int index, uint length, uint state)
    {
        var to = Extent(request, index);
        BinaryPrimitives.WriteUInt32BigEndian(to, length);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], state);
    }

    private static void Extend(NbdRequest request, int index, uint length)
    {
        var to = Extent(request, index);
        BinaryPrimitives.WriteUInt32BigEndian(to, BinaryPrimitives.ReadUInt32BigEndian(to) + length);
    }
}
