using System.Threading.Channels;

namespace Lorica.ControlPlane.Background;

/// <summary>
/// Something that the center does again and again by the clock, in rounds. <see cref="BackgroundDriver"/> runs it: never two
/// rounds at once, one owner in the whole center (or one in each of its processes, <see cref="EachProcess"/>), and a round that
/// fails is told and tried again.
/// </summary>
public abstract class BackgroundJob
{
    private readonly Channel<bool> _wake =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Name, in words of logs and of the center's health: lower case, hyphens.</summary>
    public abstract string Name { get; }

    /// <summary>The rest between two rounds.</summary>
    public abstract TimeSpan Period { get; }

    /// <summary>Whether each process of the center does it for itself, since it is about what that process holds.</summary>
    public virtual bool EachProcess => false;

    /// <summary>The rest before a round that failed is tried again.</summary>
    public virtual TimeSpan AfterFailure => Period;

    /// <summary>The rest before the first round.</summary>
    public virtual Task<TimeSpan> FirstAsync(CancellationToken ct) => Task.FromResult(Period);

    /// <summary>One round. Breaks off at <paramref name="ct"/>; what it leaves then, the next start finds.</summary>
    public abstract Task RunAsync(CancellationToken ct);

    /// <summary>The owner stops: what must be done before the process ends. No round runs any more.</summary>
    public virtual Task StopAsync() => Task.CompletedTask;

    /// <summary>Has the next round begin at once.</summary>
    protected void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Waits <paramref name="pause"/> or until somebody wakes the job.</summary>
    internal async Task RestAsync(TimeSpan pause, TimeProvider time, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var woken = _wake.Reader.WaitToReadAsync(stop.Token).AsTask();
        await Task.WhenAny(woken, Task.Delay(pause, time, stop.Token));
        await stop.CancelAsync();
        ct.ThrowIfCancellationRequested();
        _wake.Reader.TryRead(out _);
    }
}
