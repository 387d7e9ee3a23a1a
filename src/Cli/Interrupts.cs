using System.Runtime.InteropServices;
using Lorica.Cli.Output;

namespace Lorica.Cli;

/// <summary>
/// Ctrl-C, SIGTERM and SIGHUP: the first asks to stop cleanly; the second means "now": <see cref="Insisted"/> fires, and a
/// command that did not ask for it by <see cref="HoldsOn"/> ends at once.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _insist = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _count;

    /// <summary>For tests: no signals are caught.</summary>
    public static Interrupts None() => new(catchSignals: false);

    public Interrupts()
        : this(catchSignals: true)
    {
    }

    private Interrupts(bool catchSignals)
    {
        if (!catchSignals)
            return;
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    /// <summary>Somebody asked to stop.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Somebody asked twice.</summary>
    public CancellationToken Insisted => _insist.Token;

    /// <summary>The command handles <see cref="Insisted"/> itself.</summary>
    public bool HoldsOn { get; set; }

    /// <summary>What a signal does; tests call it.</summary>
    public void Raise()
    {
        if (Interlocked.Increment(ref _count) == 1)
            _stop.Cancel();
        else
            _insist.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
        _insist.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (Volatile.Read(ref _count) >= 1 && !HoldsOn)
            Environment.Exit((int)ExitCode.Interrupted);
        context.Cancel = true;
        Raise();
    }
}
