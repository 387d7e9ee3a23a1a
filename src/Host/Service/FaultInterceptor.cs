using Grpc.Core;
using Grpc.Core.Interceptors;
using Lorica.Contracts.Faults;
using Lorica.Host.Refusals;

namespace Lorica.Host.Service;

/// <summary>
/// Every exception of a call becomes a fault. One that nobody foresaw is answered with a fixed text and a correlation id; what
/// happened stands in the log under that id.
/// </summary>
internal sealed partial class FaultInterceptor(ILogger<FaultInterceptor> log) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw ToRpc(e, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw ToRpc(e, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw ToRpc(e, context);
        }
    }

    private RpcException ToRpc(Exception e, ServerCallContext context)
    {
        if (e is OperationCanceledException)
            return new RpcException(new Status(StatusCode.Cancelled, "The call was cancelled."));
        if (FaultMap.Find(e, context.Method) is { } fault)
        {
            Refused(context.Method, fault.Type, fault.Key, fault.Object, fault.Message);
            return FaultCodec.ToRpc(fault);
        }

        var id = Guid.NewGuid();
        Failed(e, context.Method, id);
        return FaultCodec.ToRpc(UnforeseenFault.Make(id));
    }

    [LoggerMessage(1001, LogLevel.Information, "{Method} refused: {Type} {Key}, {About}: {Message}")]
    private partial void Refused(string method, string type, string key, string about, string message);

    [LoggerMessage(1002, LogLevel.Error, "{Method} failed, correlation id {Id}")]
    private partial void Failed(Exception e, string method, Guid id);
}
