using Lorica.Store.Engines;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Lorica.Store;

/// <summary>
/// The door to the database. Reads run side by side; writes pass one gate, because SQLite has one writer and waits for it by
/// sleeping on a thread. A write is one transaction: all of it is durable when the call returns (WAL, <c>synchronous=FULL</c>),
/// or none of it happened.
/// </summary>
public sealed class CenterStore : IDisposable
{
    /// <summary>SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE, sqlite.org/rescode.html.</summary>
    private const int PrimaryKeyTaken = 1555, UniqueTaken = 2067;

    private readonly PooledDbContextFactory<CenterContext> _factory;
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly string _connectionString;

    private CenterStore(string folder, string connectionString)
    {
        Folder = folder;
        _connectionString = connectionString;
        var options = new DbContextOptionsBuilder<CenterContext>()
            .UseSqlite(connectionString)
            .AddInterceptors(new DurableConnections())
            .Options;
        _factory = new PooledDbContextFactory<CenterContext>(options);
    }

    /// <summary>
    /// Opens (and makes or brings up to date) the database in <paramref name="folder"/>, which only its owner may enter.
    /// </summary>
    public static async Task<CenterStore> OpenAsync(string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string path = PathIn(folder);
        if (!File.Exists(path))
        {
            // SQLite gives its side files the mode of the database file.
            await using (new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
            }
        }

        var connection = new SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = true, DefaultTimeout = 30 };
        await SchemaScripts.ApplyAsync(connection.ToString(), ct);
        return new CenterStore(folder, connection.ToString());
    }

    /// <summary>Folder of the database file.</summary>
    public string Folder { get; }

    /// <summary>Raised after each commit of this process; those who listen only take note of it.</summary>
    public event EventHandler? Committed;

    /// <summary>Path of the database file in <paramref name="folder"/>.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, "center.db");

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
        await _writer.WaitAsync(ct);
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
            _writer.Release();
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
        (exception is DbUpdateException { InnerException: { } inner } ? inner : exception)
            is SqliteException { SqliteExtendedErrorCode: PrimaryKeyTaken or UniqueTaken };

    /// <summary>
    /// Whether <paramref name="exception"/> says that the database failed, rather than that something is there already. It says
    /// nothing about what was going on, so nothing is given up for it.
    /// </summary>
    public static bool IsFailure(Exception exception) =>
        exception is System.Data.Common.DbException or DbUpdateException && !IsDuplicate(exception);

    /// <inheritdoc />
    public void Dispose()
    {
        using (var connection = new SqliteConnection(_connectionString))
        {
            SqliteConnection.ClearPool(connection);
        }

        _writer.Dispose();
    }
}
