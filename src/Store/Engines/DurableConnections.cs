using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Lorica.Store.Engines;

/// <summary>
/// Each connection waits for the disk at each commit: a key record that was answered as written must survive a power cut, or an
/// encrypted file would stand without its record.
/// </summary>
internal sealed class DurableConnections : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Configure(connection);

    public override Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Configure(connection);
        return Task.CompletedTask;
    }

    private static void Configure(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000;";
        command.ExecuteNonQuery();
    }
}
