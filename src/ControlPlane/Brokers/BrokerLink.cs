using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Telemetry;
using Lorica.Contracts.Trust;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Telemetry;
using Lorica.Platform.Trust;

namespace Lorica.ControlPlane.Brokers;

/// <summary>
/// The connection to the broker: Unix socket, mutual TLS, pinned. A call that nobody took is tried again for a while, since the
/// broker exits when idle and comes up with the next connection; a call that is not idempotent must bring its own way to be
/// repeated.
/// </summary>
public sealed class BrokerLink : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly BrokerOptions _options;
    private readonly TimeProvider _time;
    private readonly GrpcChannel _channel;
    private long _lastAnswer;
    private string _lastError = "not asked yet";

    /// <summary>A link as <paramref name="identity"/>; nothing is connected yet.</summary>
    public BrokerLink(BrokerOptions options, CenterIdentity identity, TimeProvider time)
    {
        _options = options;
        _time = time;
        _channel = GrpcChannel.ForAddress(PeerChannel.Address, new GrpcChannelOptions
        {
            HttpHandler = PeerChannel.Handler(
                identity.Node, new Peer(identity.Node.Ca, Roles.Broker, options.Pin),
                new UnixDomainSocketEndPoint(options.Socket)),
            DisposeHttpClient = true,
        });
    }

    /// <summary>SHA-256 of the broker's public key, hex.</summary>
    public string Pin => _options.Pin;

    /// <summary>When the broker last answered; null when it did not since its last failure.</summary>
    public DateTimeOffset? LastAnswer =>
        Volatile.Read(ref _lastAnswer) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Why it did not answer.</summary>
    public string LastError => Volatile.Read(ref _lastError);

    /// <summary>Calls the broker.</summary>
    /// <param name="call">Makes the call; it is made again while the broker is unavailable.</param>
    /// <param name="ct">Gives up.</param>
    /// <param name="beforeAttempt">Runs before each attempt that the broker may carry out although an earlier one may have
    /// been, too.</param>
    /// <exception cref="FaultException">What the broker refused, or HostCommunication when it does not answer.</exception>
    public async Task<T> CallAsync<T>(
        Func<KeyBroker.KeyBrokerClient, CallOptions, AsyncUnaryCall<T>> call, CancellationToken ct,
        Func<int, Task>? beforeAttempt = null)
    {
        var client = new KeyBroker.KeyBrokerClient(_channel);
        long start = _time.GetTimestamp();
        bool ambiguous = true;
        for (int attempt = 0; ; attempt++)
        {
            if (beforeAttempt is not null && ambiguous)
            {
                await beforeAttempt(attempt);
            }

            try
            {
                // The deadline is wall-clock time of this machine, as gRPC wants it.
                var deadline = _time.GetUtcNow().UtcDateTime + _options.CallTimeout;
                using var running = call(client, new CallOptions(deadline: deadline, cancellationToken: ct));
                var reply = await running;
                ControlPlaneTelemetry.KmsCalled(running.GetTrailers().GetValue(KmsCalls.Trailer));
                Answered();
                ControlPlaneTelemetry.BrokerCalled(true, _time.GetElapsedTime(start));
                return reply;
            }
            catch (RpcException e) when (IsAbsent(e) && !ct.IsCancellationRequested)
            {
                ambiguous = !NeverSent(e);
                Volatile.Write(ref _lastAnswer, 0);
                Volatile.Write(ref _lastError, "does not answer");
                if (_time.GetElapsedTime(start) > _options.Patience)
                {
                    throw new FaultException(new Fault(FaultTypes.HostCommunication, "lorica.brokerUnreachable", "broker",
                        "The key broker does not answer.",
                        "See that lorica-broker (or whoever holds its socket) runs, and its log."), e);
                }

                await Task.Delay(Pause, _time, ct);
            }
            catch (RpcException e) when (ct.IsCancellationRequested)
            {
                throw new OperationCanceledException("The call was given up.", e, ct);
            }
            catch (RpcException e)
            {
                ControlPlaneTelemetry.KmsCalled(e.Trailers.GetValue(KmsCalls.Trailer));
                if (FaultCodec.IsRefusal(e))
                {
                    Answered();
                }
                else
                {
                    Volatile.Write(ref _lastAnswer, 0);
                    Volatile.Write(ref _lastError, $"did not answer as it should: {e.StatusCode}");
                }

                ControlPlaneTelemetry.BrokerCalled(false, _time.GetElapsedTime(start));
                throw new FaultException(FaultCodec.FromRpc(e, "the key broker"), e);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _channel.Dispose();

    /// <summary>
    /// Whether nobody was there to answer: no connection, one that was not taken in time (that comes as Cancelled), or one that
    /// broke because the broker ended just then.
    /// </summary>
    private static bool IsAbsent(RpcException e) =>
        !FaultCodec.IsRefusal(e) && e.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.Internal;

    /// <summary>Whether no connection came about: nobody can have done what was asked.</summary>
    private static bool NeverSent(RpcException e)
    {
        for (var inner = e.Status.DebugException; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException or HttpRequestException
                {
                    HttpRequestError: HttpRequestError.ConnectionError
                    or HttpRequestError.SecureConnectionError or HttpRequestError.NameResolutionError
                })
            {
                return inner is not SocketException s
                    || s.SocketErrorCode is SocketError.ConnectionRefused
                    or SocketError.AddressNotAvailable or SocketError.HostNotFound;
            }
        }

        return false;
    }

    private void Answered() => Volatile.Write(ref _lastAnswer, _time.GetUtcNow().UtcTicks);
}
