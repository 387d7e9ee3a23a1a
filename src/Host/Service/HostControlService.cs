using Grpc.Core;
using Lorica.Contracts.Host;

namespace Lorica.Host.Service;

/// <summary>The host's face to its center: checks the shape of a request, hands it to the part that does it.</summary>
internal sealed partial class HostControlService(HostNode node) : HostControl.HostControlBase
{
    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(2);

    public override Task<HostDescription> Describe(DescribeHostRequest request, ServerCallContext context) =>
        Task.FromResult(node.Describe());

    public override async Task Watch(
        WatchRequest request, IServerStreamWriter<HostEvent> responseStream, ServerCallContext context)
    {
        using var subscription = node.Events.Watch();
        using var timer = new PeriodicTimer(HeartbeatPeriod, node.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, node.Stopping);
        await responseStream.WriteAsync(node.Heartbeat(), ending.Token);
        var beat = timer.WaitForNextTickAsync(ending.Token).AsTask();
        var change = subscription.Events.WaitToReadAsync(ending.Token).AsTask();
        try
        {
            while (true)
            {
                var done = await Task.WhenAny(beat, change);
                await done;
                if (done == change)
                {
                    while (subscription.Events.TryRead(out var e))
                        await responseStream.WriteAsync(e, ending.Token);
                    change = subscription.Events.WaitToReadAsync(ending.Token).AsTask();
                }
                else
                {
                    await responseStream.WriteAsync(node.Heartbeat(), ending.Token);
                    beat = timer.WaitForNextTickAsync(ending.Token).AsTask();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The watcher has gone, or the host stops: both are the stream's ordinary end.
        }
    }
}
