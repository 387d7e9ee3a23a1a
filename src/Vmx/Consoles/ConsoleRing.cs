namespace Lorica.Vmx.Consoles;

/// <summary>
/// The last mebibyte of what the guest wrote to its serial port. Bytes are counted from the power-on; a reader asks by count and
/// gets what is still there. Lives in memory only: an encrypted machine's console is never written in plaintext. Thread-safe.
/// </summary>
internal sealed class ConsoleRing
{
    public const int Capacity = 1 << 20;

    private readonly byte[] _bytes = new byte[Capacity];
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiting;

    // Invariant: 0 <= _end - _start <= Capacity; byte n of the console lies at _bytes[n % Capacity].
    private long _start;
    private long _end;
    private bool _closed;

    /// <summary>Goes on where an earlier process was: <paramref name="tail"/> begins at <paramref name="offset"/>.</summary>
    public ConsoleRing(long offset = 0, ReadOnlySpan<byte> tail = default)
    {
        _start = _end = offset;
        Append(tail);
    }

    /// <summary>Count of all bytes so far.</summary>
    public long End
    {
        get
        {
            lock (_gate)
                return _end;
        }
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            if (data.Length > Capacity)
            {
                _end += data.Length - Capacity;
                data = data[^Capacity..];
            }

            int at = (int)(_end % Capacity);
            int first = Math.Min(data.Length, Capacity - at);
            data[..first].CopyTo(_bytes.AsSpan(at));
            data[first..].CopyTo(_bytes);
            _end += data.Length;
            _start = Math.Max(_start, _end - Capacity);
            waiting = _waiting;
            _waiting = null;
        }

        waiting?.SetResult();
    }

    /// <summary>No more will come: waits return.</summary>
    public void Close()
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _closed = true;
            waiting = _waiting;
            _waiting = null;
        }

        waiting?.SetResult();
    }

    /// <summary>
    /// Bytes from <paramref name="from"/>, or from the oldest that is left, at most <paramref name="limit"/>; with the count at
    /// which they begin and the count of all.
    /// </summary>
    public (long Offset, byte[] Data, long End) Read(long from, int limit)
    {
        lock (_gate)
        {
            long offset = Math.Clamp(from, _start, _end);
            byte[] data = new byte[Math.Min(limit, _end - offset)];
            int at = (int)(offset % Capacity);
            int first = Math.Min(data.Length, Capacity - at);
            _bytes.AsSpan(at, first).CopyTo(data);
            _bytes.AsSpan(0, data.Length - first).CopyTo(data.AsSpan(first));
            return (offset, data, _end);
        }
    }

    /// <summary>
    /// Completes when there is something at <paramref name="from"/>, when the console is closed, or after the time.
    /// </summary>
    public async Task WaitAsync(long from, TimeSpan limit, TimeProvider time, CancellationToken ct)
    {
        Task waiting;
        lock (_gate)
        {
            if (_closed || from < _end || limit <= TimeSpan.Zero)
                return;
            _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting = _waiting.Task;
        }

        try
        {
            await waiting.WaitAsync(limit, time, ct);
        }
        catch (TimeoutException)
        {
            // Nothing came; the caller sees so.
        }
    }
}
