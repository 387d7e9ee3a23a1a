using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Engines;

/// <summary>
/// SQLite: all that another engine would do its own way. How the database is opened, who may write, and what its errors mean.
/// <code>
/// one writer     the gate here, within this program; BEGIN IMMEDIATE among programs. The chain of events and the numbers of
///                revisions stand on it: whoever writes has read the last of them, and nobody else writes before they are done
/// duplicates     a unique index refuses the second row; the error says so (<see cref="IsDuplicate"/>)
/// </code>
/// </summary>
internal sealed class SqliteEngine : IDisposable
{
    /// <summary>SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE and SQLITE_FULL, sqlite.org/rescode.html.</summary>
    private const int PrimaryKeyTaken = 1555, UniqueTaken = 2067, Full = 13;

    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly string _connectionString;

    private SqliteEngine(string connectionString)
    {
        _connectionString = connectionString;
        Options = new DbContextOptionsBuilder<CenterContext>()
            .UseSqlite(connectionString)
            .AddInterceptors(new DurableConnections())
            .Options;
    }

    /// <summary>For contexts over the database.</summary>
    public DbContextOptions<CenterContext> Options { get; }

    /// <summary>
    /// Opens (and makes or brings up to date) the database in <paramref name="folder"/>, which only its owner may enter.
    /// </summary>
    public static async Task<SqliteEngine> OpenAsync(string folder, CancellationToken ct)
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
        return new SqliteEngine(connection.ToString());
    }

    /// <summary>Path of the database file in <paramref name="folder"/>.</summary>
    public static string PathIn(string folder) => Path.Combine(folder, "center.db");

    /// <summary>Whether <paramref name="exception"/> says that a unique index refused a row.</summary>
    public static bool IsDuplicate(Exception exception) =>
        exception is SqliteException { SqliteExtendedErrorCode: PrimaryKeyTaken or UniqueTaken };

    /// <summary>Whether <paramref name="exception"/> says that there is no room for what was to be written.</summary>
    public static bool IsFull(Exception exception) => exception is SqliteException { SqliteErrorCode: Full };

    /// <summary>
    /// Waits until nobody else here writes: SQLite has one writer and waits for it by sleeping on a thread.
    /// </summary>
    public Task EnterWriterAsync(CancellationToken ct) => _writer.WaitAsync(ct);

    /// <summary>Lets the next one write.</summary>
    public void LeaveWriter() => _writer.Release();

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
