namespace Lorica.Host.Power;

/// <summary>
/// The last mebibyte of a running VM's console, in memory only. Bytes are counted from the power-on. It is the host's copy of
/// what the vmx holds, so that a restarted vmx goes on where the dead one was. Safe for several threads.
/// </summary>
internal sealed class ConsoleRing
{
    public const int Capacity = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly byte[] _bytes = new byte[Capacity];
    private TaskCompletionSource _more = New();

    // Invariant: 0 <= _end - _start <= Capacity; byte n of the console lies at _bytes[n % Capacity].
    private long _start, _end;
    private bool _closed;

    public long End
    {
        get
        {
            lock (_gate)
                return _end;
        }
    }

    /// <summary>
    /// What came at <paramref name="offset"/>; what is known already is skipped, a gap loses what was before it.
    /// </summary>
    public void Append(long offset, ReadOnlySpan<byte> data)
    {
        TaskCompletionSource more;
        lock (_gate)
        {
            if (offset + data.Length <= _end)
                return;
            if (offset > _end)
                _start = _end = offset;
            data = data[(int)(_end - offset)..];
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
            more = _more;
            _more = New();
        }

        more.SetResult();
    }

    /// <summary>No more will come.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
        }

        _more.TrySetResult();
    }

    /// <summary>
    /// Bytes from <paramref name="from"/> on (or from the oldest that is left), at most <paramref name="limit"/>; and, when there
    /// are none, what to wait for: null when no more will come.
    /// </summary>
    public (long Offset, byte[] Data, Task? More) Read(long from, int limit)
    {
        lock (_gate)
        {
            long offset = Math.Clamp(from, _start, _end);
            byte[] data = new byte[Math.Min(limit, _end - offset)];
            int at = (int)(offset % Capacity);
            int first = Math.Min(data.Length, Capacity - at);
            _bytes.AsSpan(at, first).CopyTo(data);
            _bytes.AsSpan(0, data.Length - first).CopyTo(data.AsSpan(first));
            return (offset, data, _closed ? null : _more.Task);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
