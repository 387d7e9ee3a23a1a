using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Background;

/// <summary>
/// Runs everything that the center does by the clock.
/// <code>
/// process starts ──► jobs of each process run                    ┌──────────────── rest (or woken) ◄──────────────┐
/// silo is up ──────► every 30 s: each job's grain is kept alive  ▼                                                │
///                     └── activated here: this process owns it ─► round ── well ──► last run, no trouble ─────────┤
///                                                                  └────── failed ─► last run, trouble, told ─────┘
/// grain leaves, process stops ──► round is broken off ──► the job's StopAsync, the last registered first
/// </code>
/// </summary>
public sealed partial class BackgroundDriver(
    IEnumerable<BackgroundJob> jobs, IGrainFactory grains, TimeProvider time, ILogger<BackgroundDriver> log)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(30);

    private readonly BackgroundLoop[] _loops = [.. jobs.Select(j => new BackgroundLoop(j, time, log))];
    private readonly CancellationTokenSource _stop = new();
    private Task _keeping = Task.CompletedTask;

    /// <summary>The jobs that this process owns, in the order in which they were registered.</summary>
    public IReadOnlyList<BackgroundStatus> Owned => [.. _loops.Where(l => l.Runs).Select(l => l.Status)];

    /// <summary>Begins with what each process does for itself.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var loop in _loops.Where(l => l.Job.EachProcess))
        {
            loop.Start();
        }

        return Task.CompletedTask;
    }

    /// <summary>The silo is up, and what a start must have done is done: begins with what one process does for all.</summary>
    public void StartShared() => _keeping = KeepAsync(_stop.Token);

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var loop in _loops.Reverse())
        {
            await loop.StopAsync();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _stop.Dispose();

    /// <summary>This process owns the job from now on.</summary>
    internal void Own(string name) => Find(name)?.Start();

    /// <summary>Another process may own the job from now on.</summary>
    internal Task LeaveAsync(string name) => Find(name)?.StopAsync() ?? Task.CompletedTask;

    private BackgroundLoop? Find(string name) => Array.Find(_loops, l => l.Job.Name == name);

    private async Task KeepAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            foreach (var loop in _loops.Where(l => !l.Job.EachProcess))
            {
                try
                {
                    await grains.GetGrain<IBackgroundGrain>(loop.Job.Name).KeepAsync();
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    LogNotKept(log, loop.Job.Name, e);
                }
            }

            await Task.Delay(KeepEvery, time, ct);
        }
    }

    [LoggerMessage(2252, LogLevel.Warning, "No process owns the background job {Job} for the moment")]
    private static partial void LogNotKept(ILogger log, string job, Exception e);
}
