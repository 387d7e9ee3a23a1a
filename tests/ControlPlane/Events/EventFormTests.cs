using System.Text.Json;
using Lorica.Contracts.Events;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Feed;
using Lorica.ControlPlane.History;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Queries;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Events;

/// <summary>
/// A log that an older program began in form 1. <c>Data/events-form-1.jsonl</c> is an export of such a program, unchanged.
/// </summary>
public sealed class EventFormTests : IDisposable
{
    private const int OldSchema = 11;
    private static readonly Caller Alice = new("alice") { Origin = new RequestOrigin("192.0.2.7", "s1", "r1") };

    private readonly TestFolder _folder = new();

    private static List<string> OldLines =>
        [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Data", "events-form-1.jsonl"))];

    private static List<EventModel> Old => OldLines.ConvertAll(Parse);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_export_of_an_older_program_is_whole()
    {
        var check = Walk(Old);
        Assert.Equal((null, 7L), (check.Trouble, check.Number));
        Assert.All(Old, e => Assert.Equal((EventChain.FirstForm, "", ""), (e.Form, e.Outcome, e.Address)));
    }

    [Fact]
    public async Task A_log_that_began_in_form_1_goes_on_in_form_2_and_is_whole()
    {
        using var store = await OpenOldAsync();
        var log = new EventLog(store, TimeProvider.System);
        Assert.True((await VerifyAsync(store, log)).Intact);

        await log.AddAsync(EventIds.VmRenamed, Alice, new ObjectRef(ObjectKinds.Vm, "vm-1", "web1"), "alice renamed web1.");
        await log.AddAsync(EventIds.HostDisconnected, Caller.System, "h1", "The host went away.");

        var head = await VerifyAsync(store, log);
        Assert.Equal((true, 9L), (head.Intact, head.Number));
        var all = await log.ListAsync(new EventQuery { After = 0 }, default);
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 2, 2], all.Select(e => e.Form));
        Assert.Equal(Old, all.Take(7));
        var told = all[7];
        Assert.Equal(("succeeded", "192.0.2.7", "s1", "", "r1"),
            (told.Outcome, told.Address, told.SessionId, told.TokenId, told.CorrelationId));
        Assert.Equal(("noticed", "", "", ""), (all[8].Outcome, all[8].Address, all[8].SessionId, all[8].CorrelationId));

        // The same from the lines of an export.
        Assert.Null(Walk(all.Select(e => Parse(JsonSerializer.Serialize(e, RestJson.Default.EventModel)))).Trouble);
    }

    [Theory]
    [InlineData("UPDATE events SET message = 'x' WHERE number = 4", "Event 4 was changed")]
    [InlineData("UPDATE events SET address = '192.0.2.9' WHERE number = 4", "Event 4 has form 1 and carries")]
    [InlineData("UPDATE events SET outcome = 'succeeded' WHERE number = 4", "Event 4 has form 1 and carries")]
    [InlineData("UPDATE events SET form = 2 WHERE number = 4", "Event 4 was changed")]
    [InlineData("UPDATE events SET address = '' WHERE number = 8", "Event 8 was changed")]
    [InlineData("UPDATE events SET form = 1 WHERE number = 8", "Event 8 has form 1 and carries")]
    [InlineData("UPDATE events SET form = 1, outcome = '', address = '', session_id = '', correlation_id = '' WHERE number = 8",
        "Event 8 was changed")]
    [InlineData("DELETE FROM events WHERE number = 7", "Events 7 to 7 are missing")]
    [InlineData("DELETE FROM events WHERE number > 7", "The log ends with event 7, and the head says 8")]
    public async Task What_is_changed_or_cut_on_either_side_of_the_seam_is_found_out(string sql, string trouble)
    {
        using var store = await OpenOldAsync();
        var log = new EventLog(store, TimeProvider.System);
        await log.AddAsync(EventIds.VmRenamed, Alice, "web1", "alice renamed web1.");
        await store.WriteAsync(async db =>
        {
            await db.Raw.Database.ExecuteSqlRawAsync("DROP TRIGGER events_never_change; DROP TRIGGER events_never_go;");
            await db.Raw.Database.ExecuteSqlRawAsync(sql);
        });

        var found = await VerifyAsync(store, log);

        Assert.False(found.Intact);
        Assert.StartsWith(trouble, found.Trouble, StringComparison.Ordinal);
    }

    /// <summary>The chain itself would let it pass: whoever writes the log anew has no key to lack.</summary>
    [Fact]
    public void Form_1_never_comes_after_form_2()
    {
        var two = new EventModel(1, DateTimeOffset.UnixEpoch, "t", "u", "o", "m", Outcome: "noticed", Form: 2);
        two = two with { Hash = Convert.ToHexStringLower(EventChain.Next(EventChain.Start, two)) };
        var one = new EventModel(2, DateTimeOffset.UnixEpoch, "t", "u", "o", "m");
        one = one with { Hash = Convert.ToHexStringLower(EventChain.Next(Convert.FromHexString(two.Hash), one)) };

        var check = Walk([two, one]);

        Assert.Equal("Event 2 has form 1 and stands after one of form 2.", check.Trouble);
    }

    [Fact]
    public void Every_id_of_an_event_has_an_outcome()
    {
        var ids = typeof(EventIds).GetFields().Select(f => (string)f.GetRawConstantValue()!).ToList();
        Assert.True(ids.Count > 60);
        Assert.All(ids, id => Assert.NotNull(UsualOutcomes.Find(id)));
        Assert.Equal(["succeeded", "failed", "refused", "begun", "noticed"], EventOutcomes.All);
    }

    private static EventModel Parse(string line) => JsonSerializer.Deserialize(line, RestJson.Default.EventModel)!;

    private static EventChainCheck Walk(IEnumerable<EventModel> events)
    {
        var check = new EventChainCheck();
        foreach (var e in events)
        {
            check.Next(e);
        }

        return check;
    }

    private static Task<EventHeadModel> VerifyAsync(CenterStore store, EventLog log) =>
        new EventService(log, new ChangeFeed(store, TimeProvider.System), null!).VerifyAsync(default);

    /// <summary>The database of that program, opened by this one.</summary>
    private async Task<CenterStore> OpenOldAsync()
    {
        await using (var connection = new SqliteConnection($"Data Source={CenterStore.PathIn(_folder.Root)};Pooling=False"))
        {
            await connection.OpenAsync();
            var assembly = typeof(CenterStore).Assembly;
            foreach (string script in assembly.GetManifestResourceNames()
                .Where(n => n.Contains(".Schema.sqlite-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
                .Take(OldSchema))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(script)!);
                await ExecuteAsync(connection, await reader.ReadToEndAsync());
            }

            foreach (var e in Old)
            {
                await ExecuteAsync(connection,
                    """
                    INSERT INTO events (number, time, event_id, user_name, target, message, object_kind, object_id, hash)
                    VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8)
                    """,
                    e.Number, e.Time.ToUnixTimeMilliseconds(), e.Id, e.User, e.Object, e.Message, e.ObjectKind, e.ObjectId,
                    Convert.FromHexString(e.Hash));
            }

            await ExecuteAsync(connection, "UPDATE event_head SET number = $0, hash = $1", Old[^1].Number,
                Convert.FromHexString(Old[^1].Hash));
            await ExecuteAsync(connection, $"PRAGMA user_version = {OldSchema}");
        }

        return await CenterStore.OpenAsync(_folder.Root, default);
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql, params object[] values)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The program's own scripts, and the test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (value, i) in values.Select((v, i) => (v, i)))
        {
            command.Parameters.AddWithValue($"${i}", value);
        }

        await command.ExecuteNonQueryAsync();
    }
}
