using Lorica.Contracts.Faults;
using Lorica.Model;

namespace Lorica.ControlPlane.Hosts;

/// <summary>Calls of a host's grain with their failures in the words of faults.</summary>
internal static class HostGrainCalls
{
    /// <summary>Delivers; a delivery that takes too long, or whose grain stops, is one that cannot be made now.</summary>
    /// <remarks>
    /// A grain of this process hands an exception over as it is, its cause with it. Within the grain that cause says how a call
    /// of the host came out; to who asked the grain for keys it says nothing about what that one asks of the host, so it stays
    /// there.
    /// </remarks>
    /// <exception cref="FaultException">
    /// HostCommunication when the host or its grain was not heard, or what the host said; never with a cause of
    /// <see cref="HostFailures"/>.
    /// </exception>
    public static async Task<DeliveryResult> DeliverInTimeAsync(this IHostGrain host, List<ExpectedKey> keys, string operation)
    {
        try
        {
            return await host.DeliverAsync(keys, operation);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            throw new FaultException(new Fault(FaultTypes.HostCommunication, "lorica.deliverySlow", host.GetPrimaryKeyString(),
                "The keys did not get to the host in time.", "Look at the key provider and at the host, then try again."), e);
        }
        catch (FaultException e) when (e.InnerException is not null)
        {
            throw new FaultException(e.Fault);
        }
    }
}
