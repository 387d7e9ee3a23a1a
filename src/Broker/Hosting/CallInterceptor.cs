using Grpc.Core;
using Grpc.Core.Interceptors;
using Lorica.Broker.Telemetry;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Configs;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Telemetry;

namespace Lorica.Broker.Hosting;

/// <summary>
/// Around every call: counts it for <see cref="IdleWatch"/>, tells what it asked of key servers, and turns what was thrown into a
/// fault without details.
/// </summary>
internal sealed class CallInterceptor(
    IdleWatch idle, KmsCallTally tally, BrokerConfig config, ILogger<CallInterceptor> log) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        idle.Enter();
        var calls = tally.Begin();
        try
        {
            return await continuation(request, context);
        }
        catch (FaultException e)
        {
            throw FaultCodec.ToRpc(e.Fault);
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "The call was cancelled."));
        }
        catch (Exception e) when (DiskFull.Is(e))
        {
            log.DiskFull(config.StateFolder);
            throw FaultCodec.ToRpc(DiskFull.Of(config.StateFolder));
        }
        catch (Exception e) when (e is not RpcException)
        {
            // The type alone: an exception's message may quote what it failed on.
            log.CallFailed(context.Method, e.GetType().Name, e.StackTrace ?? "");
            throw FaultCodec.ToRpc(new Fault(FaultTypes.SystemError, "lorica.brokerFailed", "broker",
                "The broker failed in a way that it should not.", "The broker's log has the place."));
        }
        finally
        {
            lock (calls)
            {
                if (calls.Count > 0)
                    context.ResponseTrailers.Add(KmsCalls.Trailer, KmsCalls.Encode(calls));
            }

            idle.Leave(isPing: request is ProviderRequest && context.Method.EndsWith("/PingProvider", StringComparison.Ordinal));
        }
    }
}
