using Lorica.ControlPlane.Audit;
using Microsoft.Extensions.Hosting;

namespace Lorica.ControlPlane.Background;

/// <summary>Has the counted refusals told when their time is over, and at stop.</summary>
internal sealed class RefusalTeller(RefusalLog refusals, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await refusals.TellAsync(all: true);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await refusals.TellAsync(all: false);
            }
        }
        catch (OperationCanceledException)
        {
            // StopAsync tells the rest.
        }
    }
}
