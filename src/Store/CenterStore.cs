using System.Data.Common;
using Lorica.Store.Engines;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Lorica.Store;

/// <summary>
/// The door to the database. Reads run side by side; writes pass the engine's one gate. A write is one transaction: all of it is
/// durable when the call returns (WAL, <c>synchronous=FULL</c>), or none of it happened.
/// </summary>
public sealed class CenterStore : IDisposable
{
    /// <summary>Category of what the engine itself logs.</summary>
    public const string LogCategory = "Microsoft.EntityFrameworkCore";

    private readonly SqliteEngine _engine;
    private readonly PooledDbContextFactory<CenterContext> _factory;

    private CenterStore(string folder, SqliteEngine engine)
    {
        Folder = folder;
        _engine = engine;
        _factory = new PooledDbContextFactory<CenterContext>(engine.Options);
    }

    /// <summary>
    /// Opens (and makes or brings up to date) the database in <paramref name="folder"/>, which only its owner may enter.
    /// </summary>
    public static async Task<CenterStore> OpenAsync(string folder, CancellationToken ct) =>
        new(folder, await SqliteEngine.OpenAsync(folder, ct));

    /// <summary>Folder of the database file.</summary>
    public string Folder { get; }

    /// <summary>Raised after each commit of this process; those who listen only take note of it.</summary>
    public event EventHandler? Committed;

    /// <summary>Path of the database file in <paramref name="folder"/>.</summary>
    public static string PathIn(string folder) => SqliteEngine.PathIn(folder);

    /// <summary>Reads; rows are not tracked.</summary>
    public async Task<T> ReadAsync<T>(Func<CenterDb, Task<T>> read, CancellationToken ct = default)
    {
        await using var db = await _factory.CreateDbContextAsync(ct);
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        return await read(new CenterDb(db));
    }

    /// <summary>Writes in one transaction; tracked changes are saved at its end.</summary>
    public async Task<T> WriteAsync<T>(Func<CenterDb, Task<T>> write, CancellationToken ct = default)
    {
        long start = TimeProvider.System.GetTimestamp();
        await _engine.EnterWriterAsync(ct);
        try
        {
            await using var db = await _factory.CreateDbContextAsync(ct);
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var result = await write(new CenterDb(db));
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            Committed?.Invoke(this, EventArgs.Empty);
            return result;
        }
        finally
        {
            _engine.LeaveWriter();
            StoreTelemetry.Wrote(TimeProvider.System.GetElapsedTime(start));
        }
    }

    /// <summary>Writes in one transaction; tracked changes are saved at its end.</summary>
    public Task WriteAsync(Func<CenterDb, Task> write, CancellationToken ct = default) =>
        WriteAsync(
            async db =>
            {
                await write(db);
                return true;
            },
            ct);

    /// <summary>Whether <paramref name="exception"/> says that a unique index refused a row.</summary>
    public static bool IsDuplicate(Exception exception) =>
        SqliteEngine.IsDuplicate(exception is DbUpdateException { InnerException: { } inner } ? inner : exception);

    /// <summary>
    /// Whether <paramref name="exception"/> says that the database failed, rather than that something is there already. It says
    /// nothing about what was going on, so nothing is given up for it.
    /// </summary>
    public static bool IsFailure(Exception exception) =>
        exception is DbException or DbUpdateException && !IsDuplicate(exception);

    /// <inheritdoc />
    public void Dispose() => _engine.Dispose();
}
