using Lorica.Disks;
using Lorica.Nbd.Buffers;
using Lorica.Nbd.Protocol;

namespace Lorica.Nbd.Sessions;

/// <summary>The transmission phase, device side: a request that passed the rules becomes calls on the device.</summary>
internal sealed partial class NbdSession
{
    /// <summary>
    /// Starts one request; its payload (if any) lies in <paramref name="arena"/> at <paramref name="payload"/>.
    /// </summary>
    private void Start(in RequestHeader header, Arena? arena, int payload)
    {
        var request = Take(header);
        request.Error = RequestRules.Check(header, _negotiated);
        if (request.Error != NbdErrno.None)
        {
            AnswerNow(request);
            return;
        }

        WaitForRoom(header.Length);
        switch (header.Command)
        {
            case NbdCommand.Read:
                int prefix = _negotiated.StructuredReplies ? Wire.OffsetDataHeaderSize : Wire.SimpleReplySize;
                ReserveAnswer(request, prefix + (int)header.Length);
                break;
            case NbdCommand.BlockStatus:
                ReserveAnswer(request, BlockStatus.AnswerSize);
                break;
            case NbdCommand.Write:
                request.Arena = arena;
                request.Start = payload;
                break;
            default:
                break;
        }

        bool completed;
        try
        {
            completed = request.TryComplete(Call(request));
        }
        catch (Exception e)
        {
            request.Fail(e);
            completed = true;
        }

        if (completed)
            AnswerNow(request);
        else
            Detach(request);
    }

    private ValueTask Call(NbdRequest request)
    {
        ref readonly var header = ref request.Header;
        var device = _negotiated.Export.Device;
        long offset = (long)header.Offset;
        bool durable = (header.Flags & CommandFlags.ForceUnitAccess) != CommandFlags.None;
        switch (header.Command)
        {
            case NbdCommand.Read:
                int prefix = request.AnswerLength - (int)header.Length;
                return device.ReadAsync(
                    offset, request.Arena!.Memory(request.Start + prefix, (int)header.Length), _deviceCancellation);
            case NbdCommand.Write:
                return device.WriteAsync(
                    offset, request.Arena!.Memory(request.Start, (int)header.Length), durable, _deviceCancellation);
            case NbdCommand.Flush:
                return device.FlushAsync(_deviceCancellation);
            case NbdCommand.Trim:
                return durable
                    ? TrimDurablyAsync(device, offset, header.Length, _deviceCancellation)
                    : ((ISparse)device).TrimAsync(offset, header.Length, _deviceCancellation);
            case NbdCommand.WriteZeroes:
                return device is ISparse sparse && (header.Flags & CommandFlags.NoHole) == CommandFlags.None
                    ? sparse.WriteZeroesAsync(offset, header.Length, durable, _deviceCancellation)
                    : ZeroFill.WriteAsync(_pool, device, offset, header.Length, durable, _deviceCancellation);
            case NbdCommand.BlockStatus:
                return BlockStatus.FillAsync(device, request, _deviceCancellation);
            default:
                // CACHE is a hint; the page cache has its own mind.
                return ValueTask.CompletedTask;
        }
    }

    private static async ValueTask TrimDurablyAsync(IBlockDevice device, long offset, long length, CancellationToken ct)
    {
        await ((ISparse)device).TrimAsync(offset, length, ct);
        await device.FlushAsync(ct);
    }
}
