using Google.Protobuf;
using Grpc.Core;

namespace Lorica.Contracts.Faults;

/// <summary>
/// Carries a <see cref="Fault"/> over gRPC: as the binary trailer <c>lorica-fault-bin</c> beside a status code.
/// </summary>
public static class FaultCodec
{
    private const string Trailer = "lorica-fault-bin";
    private const int MaximumBytes = 16 * 1024;

    /// <summary>The exception that a gRPC service throws so that its caller gets <paramref name="fault"/>.</summary>
    public static RpcException ToRpc(Fault fault)
    {
        var trailers = new Metadata { { Trailer, ToMessage(fault).ToByteArray() } };
        return new RpcException(new Status(StatusOf(fault.Type), fault.Message), trailers);
    }

    /// <summary>Whether the peer itself said what is wrong: only then did it take the call and refuse it.</summary>
    public static bool IsRefusal(RpcException exception) => exception.Trailers.Any(t => t.Key == Trailer);

    /// <summary>
    /// The fault that a peer sent, or a <see cref="FaultTypes.HostCommunication"/> fault about <paramref name="peer"/>.
    /// </summary>
    public static Fault FromRpc(RpcException exception, string peer)
    {
        byte[]? bytes = exception.Trailers.FirstOrDefault(t => t.Key == Trailer)?.ValueBytes;
        if (bytes is { Length: <= MaximumBytes })
        {
            try
            {
                return FromMessage(FaultMessage.Parser.ParseFrom(bytes));
            }
            catch (InvalidProtocolBufferException)
            {
                // A broken trailer says no more than the status code does.
            }
        }

        return new Fault(FaultTypes.HostCommunication, "lorica.peerFailed", peer,
            $"{peer} did not answer as it should: {exception.StatusCode}.", $"See that {peer} runs, and its log.");
    }

    /// <summary>Wire form.</summary>
    public static FaultMessage ToMessage(Fault fault)
    {
        var message = new FaultMessage
        {
            Type = fault.Type, Key = fault.Key, Object = fault.Object, Message = fault.Message, Hint = fault.Hint,
        };
        message.Keys.AddRange(fault.Keys.Select(ToMessage));
        return message;
    }

    /// <summary>From the wire form.</summary>
    public static Fault FromMessage(FaultMessage m) => new(m.Type, m.Key, m.Object, m.Message, m.Hint)
    {
        Keys = [.. m.Keys.Select(FromMessage)],
    };

    /// <summary>Wire form of one key's reason.</summary>
    public static KeyFault ToMessage(KeyReason k) => new()
    {
        Key = new KeyRef { Provider = k.Provider, KeyId = k.KeyId }, Reason = k.Reason, Detail = k.Detail,
    };

    /// <summary>From the wire form of one key's reason.</summary>
    public static KeyReason FromMessage(KeyFault k) => new(k.Key?.Provider ?? "", k.Key?.KeyId ?? "", k.Reason, k.Detail);

    private static StatusCode StatusOf(string type) => type switch
    {
        FaultTypes.NotFound => StatusCode.NotFound,
        FaultTypes.AlreadyExists => StatusCode.AlreadyExists,
        FaultTypes.InvalidArgument or FaultTypes.InvalidDeviceSpec => StatusCode.InvalidArgument,
        FaultTypes.NoPermission => StatusCode.PermissionDenied,
        FaultTypes.NotAuthenticated => StatusCode.Unauthenticated,
        FaultTypes.NotSupported => StatusCode.Unimplemented,
        FaultTypes.NoDiskSpace => StatusCode.ResourceExhausted,
        FaultTypes.SystemError => StatusCode.Internal,
        _ => StatusCode.FailedPrecondition,
    };
}
