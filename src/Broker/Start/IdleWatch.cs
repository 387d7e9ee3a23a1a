namespace Lorica.Broker.Start;

/// <summary>
/// Ends the process after some time without a call. The platform's TLS keeps copies of what it carried long after everything is
/// disposed; only the end of the process surely removes them.
/// </summary>
internal sealed class IdleWatch(TimeProvider time, TimeSpan limit, Action stop) : IDisposable
{
    private readonly Lock _gate = new();
    private int _running;
    private long _last = time.GetTimestamp();
    private ITimer? _timer;

    /// <summary>Starts to watch; without a limit nothing ever happens.</summary>
    public void Start()
    {
        if (limit > TimeSpan.Zero)
            _timer = time.CreateTimer(_ => Look(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public void Enter()
    {
        lock (_gate)
            _running++;
    }

    public void Leave()
    {
        lock (_gate)
        {
            _running--;
            _last = time.GetTimestamp();
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        lock (_gate)
        {
            if (_running > 0 || time.GetElapsedTime(_last) < limit)
                return;
        }

        stop();
    }
}
