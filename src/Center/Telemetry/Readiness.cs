namespace Lorica.Center.Telemetry;

/// <summary>Whether the start is over: every host was connected to or given up for now, every task taken up again.</summary>
internal sealed class Readiness
{
    private volatile bool _started;

    /// <summary>Whether the start is over.</summary>
    public bool Started => _started;

    /// <summary>Says that it is.</summary>
    public void Set() => _started = true;
}
