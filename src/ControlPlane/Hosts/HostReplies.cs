using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// What a host answers is held against what it was asked: a host that somebody broke into speaks for itself and for the VM in
/// question, never for another host or another VM, whose records would follow its word.
/// </summary>
internal sealed class HostReplies(string hostId) : Interceptor
{
    /// <summary>Key of the refusal.</summary>
    public const string OtherKey = "lorica.otherObject";

    /// <summary>Key of the refusal of what this center does not understand.</summary>
    public const string UnknownKey = "lorica.hostNotUnderstood";

    private const string VmIdField = "vm_id", JobIdField = "job_id";

    /// <inheritdoc />
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, context);
        return new AsyncUnaryCall<TResponse>(
            CheckedAsync(request, call.ResponseAsync), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private async Task<TResponse> CheckedAsync<TRequest, TResponse>(TRequest request, Task<TResponse> answer)
    {
        var reply = await answer;
        var (asked, told) = reply switch
        {
            VmDescription vm => (FieldOf(request, VmIdField), vm.VmId),
            JobDescription job => (FieldOf(request, JobIdField), job.JobId),
            HostDescription host => (hostId, host.HostId),
            _ => (null, null),
        };
        return asked is null || asked == told ? reply : throw FaultCodec.ToRpc(Other(asked));
    }

    /// <summary>The refusal of an answer about another object than <paramref name="asked"/>.</summary>
    public static Fault Other(string asked) => new(FaultTypes.SystemError, OtherKey, asked,
        $"The host was asked about {asked} and answered about another object.",
        "Nothing of it was believed. Look at that host.");

    /// <summary>The refusal of an answer that says what this center does not know.</summary>
    public static FaultException NotUnderstood(string what) => new(new Fault(FaultTypes.HostCommunication, UnknownKey, "host",
        $"The host speaks of {what}, which this center does not understand.",
        "Nothing of it was believed. Host and center must be of one version."));

    private static string? FieldOf<TRequest>(TRequest request, string field) =>
        request is IMessage message ? message.Descriptor.FindFieldByName(field)?.Accessor.GetValue(message) as string : null;
}
