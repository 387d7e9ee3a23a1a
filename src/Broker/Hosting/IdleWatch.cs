namespace Lorica.Broker.Hosting;

/// <summary>
/// Ends the process after some time without a call. The platform's TLS keeps copies of what it carried long after everything is
/// disposed; only the end of the process surely removes them.
/// </summary>
internal sealed class IdleWatch(TimeProvider time, TimeSpan limit, Action stop) : IDisposable
{
    private readonly Lock _gate = new();
    private int _running;
    private bool _used;
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

    /// <param name="isPing">
    /// Only health was asked for. That keeps a process alive that never carried a key, and no other: while an outage is watched,
    /// the broker that served keys before ends, and a fresh one goes on asking.
    /// </param>
    public void Leave(bool isPing)
    {
        lock (_gate)
        {
            _running--;
            _used |= !isPing;
            if (!isPing || !_used)
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
