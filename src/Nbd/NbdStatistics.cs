namespace Lorica.Nbd;

/// <summary>Counters of one export. Only requests that succeeded count. Safe to read at any time.</summary>
public sealed class NbdStatistics
{
    private long _reads;
    private long _writes;
    private long _readBytes;
    private long _writtenBytes;
    private long _flushes;
    private long _errors;

    /// <summary>Read requests.</summary>
    public long Reads => Volatile.Read(ref _reads);

    /// <summary>Write requests, zeroing included.</summary>
    public long Writes => Volatile.Read(ref _writes);

    /// <summary>Bytes read.</summary>
    public long ReadBytes => Volatile.Read(ref _readBytes);

    /// <summary>Bytes written or zeroed.</summary>
    public long WrittenBytes => Volatile.Read(ref _writtenBytes);

    /// <summary>Flush requests.</summary>
    public long Flushes => Volatile.Read(ref _flushes);

    /// <summary>Requests answered with an error.</summary>
    public long Errors => Volatile.Read(ref _errors);

    internal void CountRead(long bytes)
    {
        Interlocked.Increment(ref _reads);
        Interlocked.Add(ref _readBytes, bytes);
    }

    internal void CountWrite(long bytes)
    {
        Interlocked.Increment(ref _writes);
        Interlocked.Add(ref _writtenBytes, bytes);
    }

    internal void CountFlush() => Interlocked.Increment(ref _flushes);

    internal void CountError() => Interlocked.Increment(ref _errors);
}
