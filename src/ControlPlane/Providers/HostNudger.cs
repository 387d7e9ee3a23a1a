using Lorica.ControlPlane.Hosts;

namespace Lorica.ControlPlane.Providers;

/// <summary>Tells all hosts that keys may be within reach that were not.</summary>
public sealed class HostNudger(IGrainFactory grains, HostLinks links)
{
    /// <summary>Nudges every host.</summary>
    public Task NudgeAllAsync() => Task.WhenAll(links.Peers.Select(h => grains.GetGrain<IHostGrain>(h.Id).NudgeAsync()));
}
