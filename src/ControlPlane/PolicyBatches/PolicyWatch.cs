using Lorica.ControlPlane.Compliance;
using Lorica.ControlPlane.Outages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.PolicyBatches;

/// <summary>Looks at compliance once an hour, and at outages every ten seconds.</summary>
public sealed partial class PolicyWatch(IServiceProvider services, TimeProvider time, ILogger<PolicyWatch> log) : IAsyncDisposable
{
    private static readonly TimeSpan ComplianceEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan OutagesEvery = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Begins to watch.</summary>
    public void Start() => _running = Task.WhenAll(
        EveryAsync(ComplianceEvery, services.GetRequiredService<ComplianceService>().CheckAllAsync, _stop.Token),
        EveryAsync(OutagesEvery, services.GetRequiredService<OutageWatch>().RunOnceAsync, _stop.Token));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task EveryAsync(TimeSpan pause, Func<CancellationToken, Task> look, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(pause, time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            try
            {
                await look(ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                LogFailed(log, e);
            }
        }
    }

    [LoggerMessage(2303, LogLevel.Warning, "A round of the policy watch failed and will be tried again")]
    private static partial void LogFailed(ILogger log, Exception e);
}
