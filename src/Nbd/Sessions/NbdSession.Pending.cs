using Lorica.Nbd.Protocol;

namespace Lorica.Nbd.Sessions;

/// <summary>Requests that devices complete later, and the free list of request objects.</summary>
internal sealed partial class NbdSession
{
    // Answers without data that one send takes together.
    private const int ShortBatch = 64;

    // Guards all fields below. Never held while sending or calling a device.
    private readonly object _gate = new();
    private NbdRequest? _free;
    private NbdRequest? _completedFirst;
    private NbdRequest? _completedLast;
    private bool _sendingCompleted;
    private int _inFlight;
    private long _inFlightBytes;

    internal NbdErrno Failed(NbdRequest request, Exception error)
    {
        if (!(error is OperationCanceledException && _stopping))
            _options.OnDeviceError?.Invoke(_negotiated.Export, error);
        return ErrnoTable.Of(error);
    }

    /// <summary>A device completed a detached request, on any thread.</summary>
    internal void CompletedElsewhere(NbdRequest request)
    {
        lock (_gate)
        {
            if (_completedLast is null)
                _completedFirst = request;
            else
                _completedLast.Next = request;
            _completedLast = request;
            if (_sendingCompleted)
                return; // The thread that is sending takes it along.
            _sendingCompleted = true;
        }

        SendCompleted();
    }

    private NbdRequest Take(in RequestHeader header)
    {
        NbdRequest? request;
        lock (_gate)
        {
            request = _free;
            if (request is not null)
                _free = request.Next;
        }

        request ??= new NbdRequest(this);
        request.Next = null;
        request.Header = header;
        request.Arena = null;
        request.Start = 0;
        request.AnswerLength = 0;
        request.Error = NbdErrno.None;
        return request;
    }

    private void Recycle(NbdRequest request)
    {
        request.Arena = null;
        lock (_gate)
        {
            request.Next = _free;
            _free = request;
        }
    }

    /// <summary>Lets go of a request that is pending: its memory stays referenced until it is answered.</summary>
    private void Detach(NbdRequest request)
    {
        if (request.AnswerLength > 0 && ReferenceEquals(request.Arena, _out))
        {
            // What was collected before it goes out now; the next answers are collected behind its place.
            FlushBefore(request);
            _out.AddReference();
        }
        else if (request.AnswerLength == 0)
        {
            request.Arena?.AddReference();
        }

        lock (_gate)
        {
            _inFlight++;
            _inFlightBytes += request.Header.Length;
        }

        request.Arm();
    }

    private void FlushBefore(NbdRequest request)
    {
        if (_outStart < _outEnd)
            Send(_out.Span(_outStart, _outEnd - _outStart));
        _outStart = _outEnd = request.Start + request.AnswerLength;
    }

    private void SendCompleted()
    {
        Span<byte> batch = stackalloc byte[ShortBatch * Wire.ErrorChunkSize];
        while (true)
        {
            NbdRequest? request;
            lock (_gate)
            {
                request = _completedFirst;
                _completedFirst = _completedLast = null;
                if (request is null)
                {
                    _sendingCompleted = false;
                    Monitor.PulseAll(_gate);
                    return;
                }
            }

            int used = 0;
            var first = request;
            for (; request is not null; request = request.Next)
            {
                if (request.Error == NbdErrno.None && request.AnswerLength > 0)
                {
                    WriteDataHeader(request);
                    Send(request.Arena!.Span(request.Start, request.AnswerLength));
                    continue;
                }

                if (batch.Length - used < Wire.ErrorChunkSize)
                {
                    Send(batch[..used]);
                    used = 0;
                }

                used += WriteShort(batch[used..], request);
            }

            if (used > 0)
                Send(batch[..used]);
            RecycleAnswered(first);
        }
    }

    private void RecycleAnswered(NbdRequest? request)
    {
        while (request is not null)
        {
            var next = request.Next;
            Count(request);
            request.Arena?.Release();
            long bytes = request.Header.Length;
            Recycle(request);
            lock (_gate)
            {
                _inFlight--;
                _inFlightBytes -= bytes;
                Monitor.PulseAll(_gate);
            }

            request = next;
        }
    }

    private void WaitForRoom(uint length)
    {
        // Only this thread adds, so a stale value errs on the safe side.
        if (Volatile.Read(ref _inFlight) == 0)
            return;
        lock (_gate)
        {
            if (HasRoom(length))
                return;
        }

        // The client may wait for these before it takes anything else.
        FlushReplies();
        lock (_gate)
        {
            while (!HasRoom(length))
                Monitor.Wait(_gate);
        }
    }

    private bool HasRoom(uint length) => _inFlight < _options.MaximumInFlight
        && (_inFlight == 0 || _inFlightBytes
            + Math.Min(length, NbdServerOptions.MaximumPayload) <= _options.MaximumInFlightBytes);

    private void Drain()
    {
        FlushReplies();
        lock (_gate)
        {
            while (_inFlight > 0 || _sendingCompleted)
                Monitor.Wait(_gate);
        }
    }
}
