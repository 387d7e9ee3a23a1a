using System.Net.Sockets;
using Lorica.Nbd.Buffers;
using Lorica.Nbd.Protocol;

namespace Lorica.Nbd.Sessions;

/// <summary>
/// The transmission phase, sending side. Answers of requests that completed at once are collected in the reply arena, data and
/// headers one behind the other, and sent by the session's thread in one call. Answers of the others are queued by the completing
/// threads; one of them sends for all.
/// </summary>
internal sealed partial class NbdSession
{
    // Collected answers are sent at the latest at this size, so that the client works on them while the next are made.
    private const int FlushAt = 128 * 1024;

    // Held while sending, so that answers do not mix. Never held together with _gate.
    private readonly Lock _sending = new();
    private Arena _out;

    // Invariant: [_outStart, _outEnd) of _out is complete answers not yet sent.
    private int _outStart;
    private int _outEnd;
    private volatile bool _broken;

    /// <summary>Room for the answer behind those collected, or in an arena of its own when it is too long.</summary>
    private void ReserveAnswer(NbdRequest request, int length)
    {
        request.AnswerLength = length;
        if (length > _out.Size)
        {
            request.Arena = _pool.Rent(length);
            request.Start = 0;
            return;
        }

        ReserveRoom(length);
        request.Arena = _out;
        request.Start = _outEnd;
    }

    private void ReserveRoom(int length)
    {
        if (_out.Size - _outEnd >= length)
            return;
        FlushReplies();
        if (_out.Shared)
        {
            _out.Release();
            _out = _pool.Rent(ArenaPool.Standard);
        }

        _outStart = _outEnd = 0;
    }

    /// <summary>Answers a request that completed on the session's thread.</summary>
    private void AnswerNow(NbdRequest request)
    {
        bool hasData = request.Error == NbdErrno.None && request.AnswerLength > 0;
        if (hasData)
            WriteDataHeader(request);

        if (hasData && !ReferenceEquals(request.Arena, _out))
        {
            FlushReplies();
            Send(request.Arena!.Span(request.Start, request.AnswerLength));
        }
        else if (hasData)
        {
            _outEnd += request.AnswerLength;
        }
        else
        {
            ReserveRoom(Wire.ErrorChunkSize);
            _outEnd += WriteShort(_out.Span(_outEnd, Wire.ErrorChunkSize), request);
        }

        // Payloads and collected answers lie in arenas that the session owns; a long answer's arena is the request's.
        if (request.AnswerLength > 0 && !ReferenceEquals(request.Arena, _out))
            request.Arena!.Release();
        Count(request);
        Recycle(request);
        if (_outEnd - _outStart >= FlushAt)
            FlushReplies();
    }

    /// <summary>Sends what is collected.</summary>
    private void FlushReplies()
    {
        if (_outStart < _outEnd)
            Send(_out.Span(_outStart, _outEnd - _outStart));
        _outStart = _outEnd;
        if (!_out.Shared)
            _outStart = _outEnd = 0;
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        lock (_sending)
        {
            if (_broken || SendAll(bytes))
                return;
            _broken = true;
        }

        // Wakes the session's thread, which then drains.
        Shutdown(SocketShutdown.Both);
    }

    private void WriteDataHeader(NbdRequest request)
    {
        ref readonly var header = ref request.Header;
        if (header.Command != NbdCommand.Read)
            return; // BLOCK_STATUS has written its own.
        if (_negotiated.StructuredReplies)
        {
            ReplyCodec.OffsetData(
                request.Arena!.Span(request.Start, Wire.OffsetDataHeaderSize), header.Cookie, header.Offset, header.Length);
        }
        else
        {
            ReplyCodec.Simple(request.Arena!.Span(request.Start, Wire.SimpleReplySize), header.Cookie, NbdErrno.None);
        }
    }

    // With structured replies a READ or BLOCK_STATUS must fail by a chunk; all else may stay simple.
    private int WriteShort(Span<byte> to, NbdRequest request)
    {
        ref readonly var header = ref request.Header;
        if (_negotiated.StructuredReplies && header.Command is NbdCommand.Read or NbdCommand.BlockStatus)
        {
            ReplyCodec.Error(to, header.Cookie, request.Error);
            return Wire.ErrorChunkSize;
        }

        ReplyCodec.Simple(to, header.Cookie, request.Error);
        return Wire.SimpleReplySize;
    }

    private void Count(NbdRequest request)
    {
        var statistics = _negotiated.Export.Statistics;
        if (request.Error != NbdErrno.None)
            statistics.CountError();
        else if (request.Header.Command == NbdCommand.Read)
            statistics.CountRead(request.Header.Length);
        else if (request.Header.Command is NbdCommand.Write or NbdCommand.WriteZeroes)
            statistics.CountWrite(request.Header.Length);
        else if (request.Header.Command == NbdCommand.Flush)
            statistics.CountFlush();
    }
}
