using Lorica.ControlPlane.Providers;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Once a day: all keys and certificates. When it last ran is in the database, so a restart neither skips nor repeats it.
/// </summary>
public sealed partial class DailyCheck(
    CenterStore store, KeyCheck keys, CertificateCheck certificates, TimeProvider time,
    ILogger<DailyCheck> log) : IAsyncDisposable
{
    private const string Name = "keys";
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>A center that has just started has its hosts and its broker first.</summary>
    private static readonly TimeSpan Soonest = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(15);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Begins to wait for the next time.</summary>
    public void Start() => _running = RunAsync(_stop.Token);

    /// <summary>Does it now.</summary>
    /// <returns>Keys as they were found.</returns>
    public async Task<IReadOnlyList<KeyRow>> NowAsync(CancellationToken ct)
    {
        var rows = await keys.RunAsync(null, null, ct);
        await certificates.RunAsync(ct);
        await store.WriteAsync(
            async db =>
            {
                var row = await db.Raw.DailyChecks.FirstOrDefaultAsync(d => d.Name == Name, ct);
                if (row is null)
                {
                    row = new DailyCheckRow { Name = Name };
                    db.Raw.DailyChecks.Add(row);
                }

                row.DoneAt = time.GetUtcNow().ToUnixTimeMilliseconds();
            },
            ct);
        return rows;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken ct)
    {
        var wait = await FirstAsync(ct);
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(wait, time, ct);
            try
            {
                await NowAsync(ct);
                wait = Day;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                LogFailed(log, e);
                wait = Again;
            }
        }
    }

    private async Task<TimeSpan> FirstAsync(CancellationToken ct)
    {
        long last = await store.ReadAsync(
            db => db.Raw.DailyChecks.Where(d => d.Name == Name).Select(d => d.DoneAt).FirstOrDefaultAsync(ct), ct);
        var due = DateTimeOffset.FromUnixTimeMilliseconds(last) + Day - time.GetUtcNow();
        return due > Soonest ? due : Soonest;
    }

    [LoggerMessage(2301, LogLevel.Warning, "The daily check of keys failed and is tried again")]
    private static partial void LogFailed(ILogger log, Exception e);
}
