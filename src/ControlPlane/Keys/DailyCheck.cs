using Lorica.ControlPlane.Background;
using Lorica.ControlPlane.Providers;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Once a day: all keys and certificates. When it last ran is in the database, so a restart neither skips nor repeats it.
/// </summary>
public sealed class DailyCheck(CenterStore store, KeyCheck keys, CertificateCheck certificates, TimeProvider time) : BackgroundJob
{
    private const string Row = "keys";

    /// <summary>A center that has just started has its hosts and its broker first.</summary>
    private static readonly TimeSpan Soonest = TimeSpan.FromMinutes(2);

    /// <inheritdoc />
    public override string Name => "daily-check";

    /// <inheritdoc />
    public override TimeSpan Period => TimeSpan.FromDays(1);

    /// <inheritdoc />
    public override TimeSpan AfterFailure => TimeSpan.FromMinutes(15);

    /// <inheritdoc />
    public override async Task<TimeSpan> FirstAsync(CancellationToken ct)
    {
        long last = await store.ReadAsync(db => db.Keys.CheckedAtAsync(Row, ct), ct);
        var due = DateTimeOffset.FromUnixTimeMilliseconds(last) + Period - time.GetUtcNow();
        return due > Soonest ? due : Soonest;
    }

    /// <inheritdoc />
    public override Task RunAsync(CancellationToken ct) => NowAsync(ct);

    /// <summary>Does it now.</summary>
    /// <returns>Keys as they were found.</returns>
    public async Task<IReadOnlyList<KeyRow>> NowAsync(CancellationToken ct)
    {
        var rows = await keys.RunAsync(null, null, ct);
        await certificates.RunAsync(ct);
        await store.WriteAsync(
            db => db.Keys.SetCheckedAtAsync(Row, time.GetUtcNow().ToUnixTimeMilliseconds(), ct), ct);
        return rows;
    }
}
