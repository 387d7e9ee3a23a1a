namespace Lorica.Kmip;

/// <summary>A time-out joined with the caller's token, which tells afterwards which of the two it was.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _both;

    public Deadline(TimeSpan length, TimeProvider time, CancellationToken caller)
    {
        Length = length;
        _caller = caller;
        _timer = new(length, time);
        _both = CancellationTokenSource.CreateLinkedTokenSource(caller, _timer.Token);
    }

    /// <summary>The time-out.</summary>
    public TimeSpan Length { get; }

    /// <summary>Cancelled by either.</summary>
    public CancellationToken Token => _both.Token;

    /// <summary>Throws the caller's own cancellation.</summary>
    public void ThrowIfCallerCancelled() => _caller.ThrowIfCancellationRequested();

    /// <inheritdoc />
    public void Dispose()
    {
        _both.Dispose();
        _timer.Dispose();
    }
}
