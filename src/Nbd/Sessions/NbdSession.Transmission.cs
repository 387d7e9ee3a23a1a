using Lorica.Nbd.Buffers;
using Lorica.Nbd.Protocol;

namespace Lorica.Nbd.Sessions;

/// <summary>The transmission phase, receiving side: bytes to requests.</summary>
internal sealed partial class NbdSession
{
    // A write whose payload is longer is received into memory of its own instead of being collected in the receive arena.
    private const int CollectLimit = 64 * 1024;

    // After a long payload only this much is asked for next: enough for many headers, too little to make much of the next payload
    // arrive in the wrong place and be copied.
    private const int ShortReceive = 4096;

    private Arena _in;

    // Invariant: [_inStart, _inEnd) of _in is received and not yet parsed.
    private int _inStart;
    private int _inEnd;
    private bool _afterLongPayload;

    private void Transmit()
    {
        do
        {
            if (!TakeRequests())
                return;
            FlushReplies();
        }
        while (ReceiveMore());
    }

    private bool ReceiveMore()
    {
        if (_inStart == _inEnd && !_in.Shared)
        {
            _inStart = _inEnd = 0;
        }
        else if (_in.Size - _inStart < Wire.RequestSize + CollectLimit)
        {
            MakeRoom();
        }

        int room = _in.Size - _inEnd;
        int n = Receive(_in.Span(_inEnd, _afterLongPayload ? Math.Min(room, ShortReceive) : room));
        _afterLongPayload = false;
        _inEnd += n;
        return n > 0;
    }

    // The unparsed rest moves to the front: of the same arena, or of a fresh one when requests under way still use this one.
    private void MakeRoom()
    {
        int left = _inEnd - _inStart;
        var target = _in.Shared ? _pool.Rent(ArenaPool.Standard) : _in;
        _in.Span(_inStart, left).CopyTo(target.Span(0, left));
        if (!ReferenceEquals(target, _in))
        {
            _in.Release();
            _in = target;
        }

        _inStart = 0;
        _inEnd = left;
    }

    /// <summary>Acts on every complete request that has arrived. False: the connection ends.</summary>
    private bool TakeRequests()
    {
        while (_inEnd - _inStart >= Wire.RequestSize)
        {
            if (!RequestHeader.TryParse(_in.Span(_inStart, Wire.RequestSize), out var header))
                throw new NbdException(NbdErrorKind.Protocol, "A request does not begin with its magic number.");

            if (header.Command == NbdCommand.Disconnect)
                return false;
            if (header.Command != NbdCommand.Write)
            {
                _inStart += Wire.RequestSize;
                Start(header, null, 0);
                continue;
            }

            // The length of a payload that is not accepted cannot be trusted either, so there is no way to skip it.
            if (header.Length > NbdServerOptions.MaximumPayload)
            {
                throw new NbdException(
                    NbdErrorKind.TooLarge, $"A write of {header.Length} bytes; {NbdServerOptions.MaximumPayload} are accepted.");
            }

            int arrived = _inEnd - _inStart - Wire.RequestSize;
            int length = (int)header.Length;
            if (arrived >= length)
            {
                int payload = _inStart + Wire.RequestSize;
                _inStart = payload + length;
                Start(header, _in, payload);
            }
            else if (length <= CollectLimit)
            {
                return true;
            }
            else if (!TakeLongPayload(header, arrived))
            {
                return false;
            }
        }

        return true;
    }

    private bool TakeLongPayload(in RequestHeader header, int arrived)
    {
        // Answers must not wait for what the client may send only later.
        FlushReplies();
        var arena = _pool.Rent((int)header.Length);
        try
        {
            _in.Span(_inStart + Wire.RequestSize, arrived).CopyTo(arena.Span(0, arrived));
            _inStart = _inEnd;
            if (!ReceiveAll(arena.Span(arrived, (int)header.Length - arrived)))
                return false;
            _afterLongPayload = true;
            Start(header, arena, 0);
            return true;
        }
        finally
        {
            arena.Release();
        }
    }
}
