using Lorica.Contracts.Vmx;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Vmx.Deliveries;

/// <summary>
/// What the host has delivered to a machine that runs, and nothing has taken up yet: secrets in key memory by their names, open
/// descriptors by their numbers. One delivery at most, swapped whole: a host that died before it said what a delivery is for
/// leaves nothing behind once the next one comes. Thread-safe.
/// </summary>
/// <param name="used">Names of secrets that the machine was started with, which nothing takes the place of.</param>
internal sealed class HeldDelivery(IReadOnlySet<string> used) : IDisposable
{
    private readonly Lock _gate = new();
    private Delivery? _held;
    private bool _disposed;

    /// <summary>Names of its secrets.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate)
                return _held is null ? [] : [.. _held.Secrets.Names.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>
    /// Takes a delivery in the place of the one before. One that is refused (<see cref="VmxException"/>) changes nothing.
    /// </summary>
    /// <param name="message">What it says of itself.</param>
    /// <param name="came">The descriptors that came with it; this method's in any case.</param>
    public VmxDelivered Take(VmxDelivery message, IReadOnlyList<SafeFileHandle> came)
    {
        var next = Delivery.Open(message, came);
        if (next.Secrets.Names.FirstOrDefault(used.Contains) is { } name)
        {
            next.Dispose();
            throw new VmxException(VmxErrorKind.BadConfig, $"The delivery is refused: the secret {name} is in use.");
        }

        var answer = next.Answer;
        Delivery? before;
        lock (_gate)
            (before, _held) = _disposed ? (next, null) : (_held, next);
        before?.Dispose();
        return answer;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _held?.Dispose();
            _held = null;
        }
    }
}
