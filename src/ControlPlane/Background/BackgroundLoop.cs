using Lorica.Contracts.Faults;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Background;

/// <summary>The rounds of one job, as long as this process owns it. Start and stop may come at any time, from anywhere.</summary>
internal sealed partial class BackgroundLoop(BackgroundJob job, TimeProvider time, ILogger log)
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Lock _lock = new();
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;
    private BackgroundStatus _status = new(job.Name, job.Period, null, TimeSpan.Zero, null);

    public BackgroundJob Job => job;

    public BackgroundStatus Status => Volatile.Read(ref _status);

    public bool Runs
    {
        get
        {
            lock (_lock)
            {
                return _stop is not null;
            }
        }
    }

    public void Start()
    {
        lock (_lock)
        {
            if (_stop is null)
            {
                _stop = new CancellationTokenSource();
                var (before, ct) = (_running, _stop.Token);

                // Away from the caller, who may be a grain, and after the last round from before.
                _running = Task.Run(() => RoundsAsync(before, ct), ct);
            }
        }
    }

    /// <summary>Breaks the round off, waits for it, and has the job do what must be done before it is left.</summary>
    public async Task StopAsync()
    {
        await _gate.WaitAsync();
        try
        {
            CancellationTokenSource? stop;
            Task running;
            lock (_lock)
            {
                (stop, running, _stop) = (_stop, _running, null);
            }

            if (stop is null)
            {
                return;
            }

            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
            await job.StopAsync();
        }
        catch (Exception e)
        {
            LogLeftBadly(log, job.Name, e);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task RoundsAsync(Task before, CancellationToken ct)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var pause = await FirstAsync(ct);
        while (true)
        {
            await job.RestAsync(pause, time, ct);
            long start = time.GetTimestamp();
            string? trouble = null;
            try
            {
                await job.RunAsync(ct);
                pause = job.Period;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                LogFailed(log, job.Name, e);
                trouble = Words(e);
                pause = job.AfterFailure;
            }

            Volatile.Write(
                ref _status, new BackgroundStatus(job.Name, job.Period, time.GetUtcNow(), time.GetElapsedTime(start), trouble));
        }
    }

    private async Task<TimeSpan> FirstAsync(CancellationToken ct)
    {
        try
        {
            return await job.FirstAsync(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogFailed(log, job.Name, e);
            return job.AfterFailure;
        }
    }

    /// <summary>Faults are made for people; anything else is in the log, by its type.</summary>
    private static string Words(Exception e) => e is FaultException fault ? fault.Message : e.GetType().Name;

    [LoggerMessage(2253, LogLevel.Warning, "A round of the background job {Job} failed and is tried again")]
    private static partial void LogFailed(ILogger log, string job, Exception e);

    [LoggerMessage(2254, LogLevel.Error, "The background job {Job} could not finish what it does at its end")]
    private static partial void LogLeftBadly(ILogger log, string job, Exception e);
}
