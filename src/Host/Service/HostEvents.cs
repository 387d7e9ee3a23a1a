using System.Collections.Concurrent;
using System.Threading.Channels;
using Lorica.Contracts.Host;
using Lorica.Host.Home;

namespace Lorica.Host.Service;

/// <summary>
/// Events for whoever watches. A watcher that is too slow loses the oldest ones: events only say that something changed, the
/// truth is asked for.
/// </summary>
internal sealed class HostEvents(TimeProvider time, string bootId)
{
    private const int Backlog = 1024;

    private readonly ConcurrentDictionary<Guid, Channel<HostEvent>> _watchers = new();

    public string BootId { get; } = bootId;

    /// <summary>A VM has changed.</summary>
    public void VmChanged(Guid vmId, PowerState state, VmChange what, string detail = "") =>
        Publish(new HostEvent
        {
            Vm = new VmChanged
            {
                VmId = vmId.ToString(), PowerState = state.ToMessage(), What = what.ToMessage(),
                Detail = detail
            },
        });

    /// <summary>A job has changed.</summary>
    public void JobChanged(JobDescription job) => Publish(new HostEvent { Job = job });

    /// <summary>An event with this start's id and the time.</summary>
    public HostEvent Stamp(HostEvent e)
    {
        e.BootId = BootId;
        e.UnixMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        return e;
    }

    /// <summary>Starts to watch; dispose the subscription at the end.</summary>
    public Subscription Watch()
    {
        var id = Guid.NewGuid();
        var channel = Channel.CreateBounded<HostEvent>(
            new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest });
        _watchers[id] = channel;
        return new Subscription(channel.Reader, () => _watchers.TryRemove(id, out _));
    }

    private void Publish(HostEvent e)
    {
        Stamp(e);
        foreach (var watcher in _watchers.Values)
            watcher.Writer.TryWrite(e);
    }

    internal sealed class Subscription(ChannelReader<HostEvent> events, Action end) : IDisposable
    {
        public ChannelReader<HostEvent> Events { get; } = events;

        public void Dispose() => end();
    }
}
