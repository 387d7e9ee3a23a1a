using Lorica.Model;
using Orleans.Concurrency;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// A host: keeps the connection to it, delivers keys to it, locks and unlocks its VMs. One in the whole control plane.
/// </summary>
[Alias("Lorica.IHostGrain")]
public interface IHostGrain : IGrainWithStringKey
{
    /// <summary>Keeps the connection; does nothing when it is kept already.</summary>
    [Alias("StartAsync")]
    Task StartAsync();

    /// <summary>Lets go of the connection: the host is removed.</summary>
    [Alias("StopAsync")]
    Task StopAsync();

    /// <summary>Delivers keys that records of VMs on this host name.</summary>
    /// <param name="keys">Keys with the check values of their records.</param>
    /// <param name="operation">What for; bound into the delivery.</param>
    [Alias("DeliverAsync")]
    Task<DeliveryResult> DeliverAsync(List<ExpectedKey> keys, string operation);

    /// <summary>Removes keys from the host that no record of a VM on it names any more.</summary>
    [Alias("ReleaseAsync")]
    Task ReleaseAsync(List<ExpectedKey> keys);

    /// <summary>Compares keys, records and files of all VMs on the host now, and delivers what is missing.</summary>
    [Alias("ReconcileAsync")]
    Task ReconcileAsync();

    /// <summary>Something changed (a provider came back, a key was restored): reconcile soon.</summary>
    [Alias("NudgeAsync")]
    [OneWay]
    Task NudgeAsync();
}
