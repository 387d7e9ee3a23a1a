using System.Runtime.CompilerServices;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;

namespace Lorica.ControlPlane.Hosts;

/// <summary>
/// Calls one host: deadlines, pauses and failures of every call are made here and nowhere else. See <see cref="HostFailures"/>
/// for what callers get.
/// </summary>
internal sealed class HostCaller(HostLinks links, TimeProvider time, string hostId, HostPatience patience)
{
    /// <summary>Asks for one answer.</summary>
    /// <param name="deadline">Of one attempt.</param>
    /// <param name="call">Makes the call.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<T> AskAsync<T>(
        TimeSpan deadline, Func<HostControl.HostControlClient, CallOptions, AsyncUnaryCall<T>> call, CancellationToken ct)
    {
        var host = links.Peer(hostId);
        long start = time.GetTimestamp();
        var (slow, lost) = (0, patience.AskedBefore);
        for (int attempts = 1; ; attempts++)
        {
            try
            {
                return await call(
                    links.Client(hostId),
                    new CallOptions(
                        deadline: time.GetUtcNow().UtcDateTime + patience.Within(deadline, slow), cancellationToken: ct));
            }
            catch (RpcException e) when (ct.IsCancellationRequested
                || !(HostFailures.IsTransport(e) || (lost && patience.AwaitsItself && HostFailures.IsBusy(e)))
                || !patience.HasMore(attempts, e.StatusCode, time.GetElapsedTime(start)))
            {
                throw HostFailures.Of(e, host, ct);
            }
            catch (RpcException e)
            {
                lost = true;
                slow += e.StatusCode == StatusCode.DeadlineExceeded ? 1 : 0;
                await (patience.Waiting?.Invoke(ct) ?? Task.CompletedTask);
            }

            await Task.Delay(patience.PauseAfter(attempts), time, ct);
        }
    }

    /// <summary>The same; the default when the host has no such object.</summary>
    public async Task<T?> FindAsync<T>(
        TimeSpan deadline, Func<HostControl.HostControlClient, CallOptions, AsyncUnaryCall<T>> call, CancellationToken ct,
        string? key = null)
        where T : class
    {
        try
        {
            return await AskAsync(deadline, call, ct);
        }
        // A host that the center does not know is another thing than an object that the host does not know.
        catch (FaultException e) when (e is { Fault.Type: FaultTypes.NotFound, InnerException: RpcException }
            && (key is null || e.Fault.Key == key))
        {
            return null;
        }
    }

    /// <summary>Follows a stream to its end; it has no deadline.</summary>
    public async IAsyncEnumerable<T> FollowAsync<T>(
        Func<HostControl.HostControlClient, CallOptions, AsyncServerStreamingCall<T>> call,
        [EnumeratorCancellation] CancellationToken ct)
    {
        using var stream = call(links.Client(hostId), new CallOptions(cancellationToken: ct));
        while (await TryAsync(stream.ResponseStream.MoveNext, ct))
        {
            yield return stream.ResponseStream.Current;
        }
    }

    /// <summary>Opens a stream to the host; it has no deadline.</summary>
    public T Open<T>(Func<HostControl.HostControlClient, CallOptions, T> call, CancellationToken ct) =>
        call(links.Client(hostId), new CallOptions(cancellationToken: ct));

    /// <summary>A step of a stream, with its failure as callers get it.</summary>
    public async Task<T> TryAsync<T>(Func<CancellationToken, Task<T>> step, CancellationToken ct)
    {
        try
        {
            return await step(ct);
        }
        catch (RpcException e)
        {
            throw HostFailures.Of(e, Peer, ct);
        }
    }

    /// <summary>How the host is called; by its id alone once it is removed.</summary>
    private HostPeer Peer => links.Peers.FirstOrDefault(p => p.Id == hostId) ?? new HostPeer(hostId, hostId, "", "");
}
