using Grpc.Core;
using Lorica.Contracts.Faults;

namespace Lorica.ControlPlane.Inventory;

/// <summary>Tells a host that refused from one that could not be talked to.</summary>
internal static class HostCalls
{
    /// <summary>Whether the transport failed: whatever was asked may have happened or not.</summary>
    public static bool IsTransport(RpcException e) =>
        e.Trailers.Count == 0 && e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Internal
            or StatusCode.Unknown;

    /// <summary>Whether a grain's refusal says the same.</summary>
    public static bool IsTransport(FaultException e) => e.Fault.Type == FaultTypes.HostCommunication;
}
