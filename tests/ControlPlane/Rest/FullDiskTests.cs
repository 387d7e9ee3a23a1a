using System.Net;
using System.Text.Json;
using Lorica.Center.Rest;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Lorica.ControlPlane.Tests.Rest;

public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_is_named_with_507_and_once_a_minute_in_the_log()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var (log, time) = (new Logged<FaultMiddleware>(), new FakeTimeProvider());
        foreach (var failure in new[] { new DbUpdateException("", await FullAsync()), await WriteAsync(), await FullAsync() })
        {
            var middleware = new FaultMiddleware(
                _ => throw failure, center.Services.GetRequiredService<IHostApplicationLifetime>(), center.Store, time, log);
            var http = new DefaultHttpContext();
            http.Response.Body = new MemoryStream();
            await middleware.InvokeAsync(http);
            await middleware.InvokeAsync(new DefaultHttpContext());

            http.Response.Body.Position = 0;
            var problem = (await JsonSerializer.DeserializeAsync(http.Response.Body, RestJson.Default.ProblemModel))!;
            Assert.Equal((int)HttpStatusCode.InsufficientStorage, http.Response.StatusCode);
            Assert.Equal(
                ("lorica.stateFull", $"No space left on {center.Store.Folder}."), (problem.Code, problem.Detail));
            Assert.Contains($"No space left on {center.Store.Folder}.", Assert.Single(log.Lines).Text, StringComparison.Ordinal);
            log.Clear();
            time.Advance(TimeSpan.FromMinutes(2));
        }
    }

    [Fact]
    public async Task A_task_that_a_full_disk_ended_names_it()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        var runner = center.Service<Lorica.ControlPlane.Tasks.OperationRunner>();
        var full = await FullAsync();
        await Assert.ThrowsAsync<SqliteException>(() => runner.RunAsync(
            "provider.change", Lorica.Model.ObjectRef.Provider("p"), new("administrator"),
            (Func<string, Task>)(_ => throw full), CancellationToken.None));
        string? fault = await center.Store.ReadAsync(db => db.Raw.Tasks.Select(t => t.Fault).SingleAsync(f => f != null));
        Assert.Contains("\"lorica.stateFull\"", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_full_disk_is_not_called_so()
    {
        Assert.Null(StorageFull.Find(new IOException("No space left on device"), "/state"));
        Assert.Null(StorageFull.Find(new InvalidOperationException("", new SqliteException("locked", 5)), "/state"));
        Assert.Null(StorageFull.Find(null, "/state"));
    }

    /// <summary>What SQLite says when its file may not grow.</summary>
    private static async Task<Exception> FullAsync()
    {
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE t (a BLOB);";
        await command.ExecuteNonQueryAsync();
        command.CommandText = "PRAGMA max_page_count = 3;";
        Assert.Equal(3L, await command.ExecuteScalarAsync());
        command.CommandText = "INSERT INTO t VALUES (randomblob(100000));";
        return await Assert.ThrowsAsync<SqliteException>(() => command.ExecuteNonQueryAsync());
    }

    /// <summary>What the system says of a device that is full.</summary>
    private static async Task<Exception> WriteAsync()
    {
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
        return await Assert.ThrowsAsync<IOException>(() => full.WriteAsync(new byte[512]).AsTask());
    }
}
