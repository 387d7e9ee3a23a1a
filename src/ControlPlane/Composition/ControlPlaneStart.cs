using Lorica.ControlPlane.Background;
using Lorica.ControlPlane.HostAdministration;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.PolicyBatches;
using Lorica.ControlPlane.Providers;

namespace Lorica.ControlPlane.Composition;

/// <summary>
/// What happens when a center starts.
/// <code>
/// before the silo: the hosts of the configuration into the table
/// after the silo:  1 every host is connected   2 every task that has not ended is taken up again, or failed with its reason;
///                    what stands is looked at again and again
///                  3 key providers are watched, keys checked once a day
/// </code>
/// </summary>
public sealed class ControlPlaneStart(
    HostSeeds seeds, HostLinks links, TaskSweep sweep, IGrainFactory grains, PolicyWatch policies,
    ProviderWatch providers, DailyCheck keys)
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

        await sweep.RunAsync(ct);
        sweep.Start();
        policies.Start();
        providers.Start();
        keys.Start();
    }
}
