using Lorica.ControlPlane.Background;
using Lorica.ControlPlane.HostAdministration;
using Lorica.ControlPlane.Hosts;

namespace Lorica.ControlPlane.Composition;

/// <summary>
/// What happens when a center starts.
/// <code>
/// before the silo: the hosts of the configuration into the table
/// after the silo:  1 every host is connected   2 every task that has not ended is taken up again, or failed with its reason;
///                  3 what one process does for all by the clock begins: looks at what stands, at providers, keys, compliance
/// </code>
/// </summary>
public sealed class ControlPlaneStart(
    HostSeeds seeds, HostLinks links, TaskSweep sweep, IGrainFactory grains, BackgroundDriver background)
{
    /// <summary>Before the silo starts.</summary>
    public Task PrepareAsync(CancellationToken ct) => seeds.TakeOverAsync(ct);

    /// <summary>After the silo started.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        foreach (var host in links.Peers)
        {
            await grains.GetGrain<IHostGrain>(host.Id).StartAsync();
        }

        await sweep.SweepAsync(ct);
        background.StartShared();
    }
}
