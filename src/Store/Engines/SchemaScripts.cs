using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;

namespace Lorica.Store.Engines;

/// <summary>
/// Brings a SQLite database to the schema of this program: numbered scripts, each in one transaction together with the new
/// <c>user_version</c>. A crash leaves the version before or after, never between; there is no lock row that could go stale (the
/// writer lock of SQLite is released by the kernel). A database newer than the program is refused.
/// </summary>
public static class SchemaScripts
{
    private const string Prefix = "Lorica.Store.Schema.sqlite-";

    /// <summary>Runs the scripts that the database does not have yet.</summary>
    public static async Task ApplyAsync(string connectionString, CancellationToken ct)
    {
        await using var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(ct);
        await ExecuteAsync(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", ct);

        var scripts = Scripts();
        // BEGIN IMMEDIATE: a second program that starts now waits here and then finds the work done.
        await ExecuteAsync(connection, "BEGIN IMMEDIATE;", ct);
        try
        {
            long have = await VersionAsync(connection, ct);
            if (have > scripts.Count)
            {
                throw new InvalidOperationException(
                    $"The database has schema {have}; this program knows {scripts.Count}. Use the newer program.");
            }

            for (long version = have + 1; version <= scripts.Count; version++)
            {
                await ExecuteAsync(connection, await ReadAsync(scripts[(int)version - 1], ct), ct);
                await ExecuteAsync(connection,
                    string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version};"), ct);
            }

            await ExecuteAsync(connection, "COMMIT;", ct);
        }
        catch
        {
            await ExecuteAsync(connection, "ROLLBACK;", CancellationToken.None);
            throw;
        }
    }

    private static List<string> Scripts() =>
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static async Task<string> ReadAsync(string resource, CancellationToken ct)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return await reader.ReadToEndAsync(ct);
    }

    private static async Task<long> VersionAsync(SqliteConnection connection, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version;";
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql, CancellationToken ct)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only the program's own scripts come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }
}
