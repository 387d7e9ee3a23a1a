using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Inventory;

namespace Lorica.ControlPlane;

/// <summary>
/// What happens when a center starts.
/// <code>
/// before the silo: the hosts of the configuration into the table
/// after the silo:  1 every host is connected   2 every task that has not ended is taken up again, or failed with its reason
/// </code>
/// </summary>
public sealed class ControlPlaneStart(HostDirectory hosts, HostLinks links, TaskSweep sweep, IGrainFactory grains)
{
    /// <summary>Before the silo starts.</summary>
    public Task PrepareAsync(CancellationToken ct) => hosts.SeedAsync(ct);

    /// <summary>After the silo started.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        foreach (var seed in links.Seeds)
        {
            await grains.GetGrain<IHostGrain>(seed.Id).StartAsync();
        }

        await sweep.RunAsync(ct);
    }
}
