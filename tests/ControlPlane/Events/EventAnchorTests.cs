using System.Globalization;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Store;
using Microsoft.Data.Sqlite;

namespace Lorica.ControlPlane.Tests.Events;

public sealed class EventAnchorTests
{
    [Fact]
    public async Task A_stop_leaves_the_head_beside_the_database_and_the_next_start_finds_it()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.CreateAsync("a");
        string file = Path.Combine(center.StateFolder, "events.head");
        var (left, at) = ("", default(DateTime));
        await center.RestartAsync(async () =>
        {
            var (number, hash) = await HeadAsync(center);
            (left, at) = (await File.ReadAllTextAsync(file), File.GetLastWriteTimeUtc(file));
            Assert.Equal($"{number}:{hash}\n", left);
        });

        // It is written anew only by a start that has found it in the log.
        await Wait.UntilAsync(
            () => File.GetLastWriteTimeUtc(file) != at, "the next start has found it and keeps the head of now");
        string[] kept = (await File.ReadAllTextAsync(file)).TrimEnd('\n').Split(':');
        Assert.True(Number(kept) >= Number(left.Split(':')), $"{kept[0]} after {left}");
        Assert.Equal(kept[1], await HashOfAsync(center, Number(kept)));
        Assert.DoesNotContain(
            (await center.GetAsync("alarms", RestJson.Default.ListModelAlarmModel)).Items, a =>
                a.Alarm == AlarmIds.EventLogBroken);
    }

    /// <summary>Whoever can write the database can also write its own head: only what stands apart shows it.</summary>
    [Fact]
    public async Task A_tail_that_was_cut_together_with_its_head_raises_an_alarm()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        await center.CreateAsync("a");
        await center.RestartAsync(() => ExecuteAsync(center, """
            DROP TRIGGER events_never_go;
            DELETE FROM events WHERE number > 1;
            UPDATE event_head SET number = 1, hash = (SELECT hash FROM events WHERE number = 1);
            """));

        await Wait.UntilAsync(
            async () => (await center.GetAsync("alarms", RestJson.Default.ListModelAlarmModel)).Items.Any(
                a => a.Alarm == AlarmIds.EventLogBroken
                    && a.Message.Contains("which was there before", StringComparison.Ordinal)),
            "the alarm is raised");
        Assert.True((await center.GetAsync("events/head?verify=true", RestJson.Default.EventHeadModel)).Intact);
    }

    private static long Number(string[] head) => long.Parse(head[0], CultureInfo.InvariantCulture);

    private static async Task<string?> HashOfAsync(TestCenter center, long number)
    {
        await using var connection = new SqliteConnection(
            $"Data Source={CenterStore.PathIn(center.StateFolder)};Mode=ReadOnly;Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT lower(hex(hash)) FROM events WHERE number = $number";
        command.Parameters.AddWithValue("$number", number);
        return (string?)await command.ExecuteScalarAsync();
    }

    private static async Task<(long Number, string Hash)> HeadAsync(TestCenter center)
    {
        await using var connection = new SqliteConnection(
            $"Data Source={CenterStore.PathIn(center.StateFolder)};Mode=ReadOnly;Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT number, lower(hex(hash)) FROM event_head";
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetString(1));
    }

    private static async Task ExecuteAsync(TestCenter center, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={CenterStore.PathIn(center.StateFolder)};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
