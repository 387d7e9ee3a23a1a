using Grpc.Core;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// Why a host was not heard: the inside of the refusal that callers get then. Whatever was asked may have happened or not.
/// </summary>
internal sealed class HostUnansweredException(RpcException e)
    : Exception($"{e.StatusCode}: {e.Status.Detail}", e);
