namespace Lorica.Host.Jobs;

/// <summary>
/// Taking a job back: possible from its start until it says that it is about to change what stands (<see cref="Settle"/>); a job
/// on data in place says so at once.
/// </summary>
internal sealed partial class Job : IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private bool _settled;

    /// <summary>Somebody takes the job back.</summary>
    public CancellationToken Cancelled => _cancel.Token;

    /// <summary>False when it is too late for that.</summary>
    public bool TryCancel()
    {
        lock (_gate)
        {
            if (_settled || _state != JobState.Running)
                return false;
            _cancel.Cancel();
            return true;
        }
    }

    /// <summary>From here on the job goes to its end.</summary>
    /// <exception cref="OperationCanceledException">It was taken back before.</exception>
    public void Settle()
    {
        lock (_gate)
        {
            _cancel.Token.ThrowIfCancellationRequested();
            _settled = true;
        }
    }

    /// <summary>Once it has ended and is forgotten.</summary>
    public void Dispose() => _cancel.Dispose();
}
