namespace Lorica.Host.Jobs;

/// <summary>A call that is to begin a job and has not yet: it waits for its VM's turn, or checks what it would do.</summary>
internal sealed class JobArrival(string id, CancellationToken caller) : IDisposable
{
    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(caller);
    private volatile bool _takenBack;

    /// <summary>Id of the job.</summary>
    public string Id { get; } = id;

    /// <summary>The caller has gone, or the job was taken back.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Whether somebody took the job back.</summary>
    public bool TakenBack => _takenBack;

    /// <summary>It must not begin any more.</summary>
    public void TakeBack() => _takenBack = true;

    /// <summary>Ends what it waits for.</summary>
    public void Stop()
    {
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }

    /// <summary>Returns when the job may begin.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more, or it was taken back.</exception>
    public void RequireWanted()
    {
        if (_takenBack)
            throw new OperationCanceledException();
        caller.ThrowIfCancellationRequested();
    }

    /// <summary>It has begun, or will not.</summary>
    public void Dispose() => _ending.Dispose();
}
