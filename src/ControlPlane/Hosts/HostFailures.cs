using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Store;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// How calls of hosts fail, in one place:
/// <code>
/// the host refused              its refusal, as it is
/// it was not heard              HostCommunication; IsUnanswered: whatever was asked may have happened or not
/// it answered as no host does   HostCommunication; it did not do what was asked
/// the caller gave up            OperationCanceledException
/// </code>
/// </summary>
public static class HostFailures
{
    /// <summary>
    /// Whether a call of <see cref="HostClient"/> failed because the host was not heard: whatever was asked may have happened or
    /// not. Not what the broker did not answer, nor what <see cref="HostGrainCalls"/> brought from a grain.
    /// </summary>
    public static bool IsUnanswered(Exception e) => e is FaultException { InnerException: HostUnansweredException };

    /// <summary>Whether there was no connection to the host; one that hangs is another thing.</summary>
    internal static bool IsGone(Exception e) =>
        e is FaultException { InnerException: HostUnansweredException { InnerException: RpcException r } }
        && r.StatusCode == StatusCode.Unavailable;

    /// <summary>Whether the host was not heard because it took too long.</summary>
    internal static bool IsSlow(Exception e) =>
        e is FaultException { InnerException: HostUnansweredException { InnerException: RpcException r } }
        && r.StatusCode == StatusCode.DeadlineExceeded;

    /// <summary>
    /// Whether the host refused because another call works on the VM. No verdict on what was asked when an earlier attempt at it
    /// was lost: that one may be what works there.
    /// </summary>
    internal static bool IsBusy(Exception e) => IsRefused(e) && e is FaultException { Fault.Key: BusyKey };

    /// <summary>The same of what the transport brought.</summary>
    internal static bool IsBusy(RpcException e) => FaultCodec.IsRefusal(e) && FaultCodec.FromRpc(e, "").Key == BusyKey;

    private const string BusyKey = "lorica.vmBusy";

    /// <summary>Whether a call of <see cref="HostClient"/> failed because the host itself refused.</summary>
    internal static bool IsRefused(Exception e) =>
        e is FaultException { InnerException: RpcException r } && FaultCodec.IsRefusal(r);

    /// <summary>
    /// Whether a call of <see cref="HostClient"/> failed at the host: it was not heard, refused, or answered as none does. Not
    /// what the center says itself, as of a host that it does not know. The broker's look alike: not for what calls both.
    /// </summary>
    internal static bool IsOfHost(Exception e) =>
        e is FaultException { InnerException: HostUnansweredException or RpcException }
            or FaultException { Fault.Key: HostReplies.OtherKey or HostReplies.UnknownKey };

    /// <summary>Whether something was given up, by who asked or by the host.</summary>
    internal static bool IsGivenUp(Exception e) => e is OperationCanceledException or FaultException
    {
        InnerException: HostUnansweredException { InnerException: RpcException { StatusCode: StatusCode.Cancelled } },
    };

    /// <summary>Whether something failed beside the host that passes by itself: a call within the center that took too long, or
    /// the database. It says nothing about what was asked of the host.</summary>
    internal static bool IsPassing(Exception e) =>
        e is TimeoutException or OrleansException or IOException || CenterStore.IsFailure(e) || CenterStore.IsDuplicate(e)
        || e is FaultException { Fault.Type: FaultTypes.ResourceInUse };

    /// <summary>What the transport said, for the log and the row of the host.</summary>
    internal static string DetailOf(Exception e) =>
        e is FaultException { InnerException: HostUnansweredException u } ? u.Message : e.Message;

    /// <summary>Whether the transport failed.</summary>
    internal static bool IsTransport(RpcException e) =>
        !FaultCodec.IsRefusal(e) && e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled
            or StatusCode.Internal or StatusCode.Unknown or StatusCode.Aborted;

    /// <summary>What callers get for <paramref name="e"/>.</summary>
    internal static Exception Of(RpcException e, HostPeer host, CancellationToken ct) => ct.IsCancellationRequested
        ? new OperationCanceledException("The call was given up.", e, ct)
        : new FaultException(
            FaultCodec.FromRpc(e, $"host {host.Name}"), IsTransport(e) ? new HostUnansweredException(e) : e);
}
