using System.Text.Json;
using Lorica.Contracts.Events;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Feed;
using Lorica.ControlPlane.History;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Queries;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Events;

public sealed class EventChainTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private CenterStore _store = null!;
    private EventLog _log = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await CenterStore.OpenAsync(_folder.Root, default);
        _log = new EventLog(_store, TimeProvider.System);
    }

    public ValueTask DisposeAsync()
    {
        _store.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The two hashes were computed by another program (docs/formats/event-log.md has it) from the same
    /// fields.</summary>
    [Fact]
    public void The_bytes_that_are_hashed_are_those_of_the_document()
    {
        var one = new EventModel(
            1, DateTimeOffset.FromUnixTimeMilliseconds(1_767_225_600_123), "lorica.vm.Created", "alice", "web1",
            "web1 was created.", "vm", "0b9f0f5e-0000-4000-8000-000000000001");
        var two = new EventModel(2, DateTimeOffset.FromUnixTimeMilliseconds(1_767_225_601_000), "lorica.key.Orphan", "", "übrig",
            "größer → \U0001F512");
        byte[] first = EventChain.Next(EventChain.Start, one);
        Assert.Equal("f00507e56409b043023ef826d29a1b2f85dc26fce1de1fada8883f5f4902d415", Convert.ToHexStringLower(first));
        Assert.Equal("0cc821dc80d4a461a60c4e979329d8d6ecf16228c359188558f1d427d7e87ae6",
            Convert.ToHexStringLower(EventChain.Next(EventChain.Start, one with
            {
                Outcome = "succeeded",
                Address = "192.0.2.7",
                SessionId = "5e551015e5510151",
                CorrelationId = "9f86d081884c7d65",
                Form = 2,
            })));
        byte[] second = EventChain.Next(first, two);
        Assert.Equal("698ea7a621af061fd06537a2c8f774ebd641bb112a68c582b81c3dcad6821cb0", Convert.ToHexStringLower(second));
        var three = new EventModel(
            3, DateTimeOffset.FromUnixTimeMilliseconds(1_767_225_602_000), "lorica.privilege.Refused", "bob", "web1",
            "bob was refused: bob does not hold Cryptographer.Decrypt at web1.", "vm", "0b9f0f5e-0000-4000-8000-000000000001",
            "refused", "2001:db8::7", "", "00c0ffee00c0ffee", "0123456789abcdef", Form: 2);
        Assert.Equal("4612b1ded4d0637a788dd3667ce01d37476cffd09bf06cfdaa82ef99dbc542a2",
            Convert.ToHexStringLower(EventChain.Next(second, three)));
    }

    [Fact]
    public async Task The_chain_holds_under_concurrent_writers_also_of_another_process()
    {
        using var other = await CenterStore.OpenAsync(_folder.Root, default);
        var theirs = new EventLog(other, TimeProvider.System);
        await Task.WhenAll(
            Enumerable.Range(0, 100).Select(i => (i % 2 == 0 ? _log : theirs).AddAsync("t", "u", $"o{i}", $"m{i}")));
        await _store.WriteAsync(db =>
        {
            for (int i = 0; i < 10; i++)
            {
                _log.Add(db, "t", "u", ObjectRef.Root, $"batch {i}");
            }

            return Task.CompletedTask;
        });

        var check = await WalkAsync();

        Assert.Null(check.Trouble);
        Assert.Equal(110, check.Number);
        var head = await _log.HeadAsync(default);
        Assert.Equal((check.Number, check.Hash), (head.Number, head.Hash));
    }

    [Fact]
    public async Task An_event_stands_or_falls_with_the_transaction_that_it_tells_of()
    {
        await _log.AddAsync("t", "u", "o", "first");
        await Assert.ThrowsAsync<InvalidOperationException>(() => _store.WriteAsync(async db =>
        {
            _log.Add(db, "t", "u", "o", "never");
            await db.Raw.SaveChangesAsync();
            throw new InvalidOperationException();
        }));
        await _log.AddAsync("t", "u", "o", "second");

        Assert.Equal(["first", "second"], (await _log.ListAsync(new EventQuery(), default)).Select(e => e.Message));
        Assert.Null((await WalkAsync()).Trouble);
    }

    [Fact]
    public async Task What_could_be_read_back_differently_is_made_harmless_before_it_is_hashed()
    {
        await _log.AddAsync("t", "a\0b\u001b[31m", "lone \ud83d here", new string('x', 1999) + "\U0001F512");

        var e = Assert.Single(await _log.ListAsync(new EventQuery(), default));

        Assert.Equal(("a b [31m", "lone \ufffd here", 1999), (e.User, e.Object, e.Message.Length));
        Assert.Null((await WalkAsync()).Trouble);
    }

    [Fact]
    public async Task The_table_refuses_to_change_or_lose_an_event()
    {
        await _log.AddAsync("t", "u", "o", "m");
        foreach (string sql in new[] { "UPDATE events SET message = 'x'", "DELETE FROM events" })
        {
            await Assert.ThrowsAnyAsync<Exception>(() => _store.WriteAsync(db => db.Raw.Database.ExecuteSqlRawAsync(sql)));
        }

        Assert.Equal("m", Assert.Single(await _log.ListAsync(new EventQuery(), default)).Message);
    }

    [Theory]
    [InlineData("UPDATE events SET message = 'nothing happened' WHERE number = 3", "Event 3 was changed")]
    [InlineData("UPDATE events SET time = time + 1 WHERE number = 3", "Event 3 was changed")]
    [InlineData("UPDATE events SET object_id = 'x' WHERE number = 3", "Event 3 was changed")]
    [InlineData("UPDATE events SET outcome = 'failed' WHERE number = 3", "Event 3 was changed")]
    [InlineData("UPDATE events SET address = '192.0.2.8' WHERE number = 3", "Event 3 was changed")]
    [InlineData("UPDATE events SET address = '', session_id = '192.0.2.7' || session_id WHERE number = 3", "Event 3 was changed")]
    [InlineData("UPDATE events SET session_id = 'x' WHERE number = 3", "Event 3 was changed")]
    [InlineData("UPDATE events SET token_id = '' WHERE number = 3", "Event 3 was changed")]
    [InlineData("UPDATE events SET correlation_id = '' WHERE number = 6", "Event 6 was changed")]
    [InlineData("UPDATE events SET form = 1 WHERE number = 3", "Event 3 has form 1 and stands after one of form 2")]
    [InlineData("UPDATE events SET form = 1 WHERE number = 1", "Event 1 has form 1 and carries what its hash does not cover")]
    [InlineData("UPDATE events SET form = 3 WHERE number = 3", "Event 3 has form 3")]
    [InlineData("UPDATE events SET form = 0 WHERE number = 3", "Event 3 has form 0")]
    [InlineData("DELETE FROM events WHERE number = 3", "Events 3 to 3 are missing")]
    [InlineData("DELETE FROM events WHERE number = 1", "Events 1 to 1 are missing")]
    [InlineData("DELETE FROM events WHERE number >= 5", "The log ends with event 4, and the head says 6")]
    [InlineData("DELETE FROM events", "The log ends with event 0, and the head says 6")]
    [InlineData("UPDATE events SET hash = x'00' WHERE number = 4", "Event 4 has no hash")]
    public async Task Whoever_edits_the_table_in_spite_of_it_is_found_out(string sql, string trouble)
    {
        var caller = new Caller("u", TokenId: "token")
        {
            Origin = new RequestOrigin("192.0.2.7", "session", "request"),
        };
        for (int i = 0; i < 6; i++)
        {
            await _log.AddAsync("t", caller, "o", $"m{i}");
        }

        await _store.WriteAsync(async db =>
        {
            await db.Raw.Database.ExecuteSqlRawAsync("DROP TRIGGER events_never_change; DROP TRIGGER events_never_go;");
            await db.Raw.Database.ExecuteSqlRawAsync(sql);
        });

        var found = await Verifier().VerifyAsync(default);

        Assert.False(found.Intact);
        Assert.StartsWith(trouble, found.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_of_the_log_can_be_checked_from_any_event_on()
    {
        for (int i = 0; i < 6; i++)
        {
            await _log.AddAsync("t", "u", "o", $"m{i}");
        }

        var lines = (await _log.ListAsync(new EventQuery { After = 2 }, default))
            .Select(e => JsonSerializer.Serialize(e, RestJson.Default.EventModel)).ToList();
        EventChainCheck Walk(IEnumerable<string> some)
        {
            var check = new EventChainCheck();
            foreach (string line in some)
            {
                check.Next(JsonSerializer.Deserialize(line, RestJson.Default.EventModel)!);
            }

            return check;
        }

        Assert.Equal((null, 6L, 4L), (Walk(lines).Trouble, Walk(lines).Number, Walk(lines).Count));
        Assert.NotNull(Walk(lines.Select(l => l.Replace("m4", "mx", StringComparison.Ordinal))).Trouble);
        Assert.NotNull(Walk(lines.Where((_, i) => i != 1)).Trouble);
        Assert.NotNull(Walk(Enumerable.Reverse(lines)).Trouble);
    }

    private EventService Verifier() => new(_log, new ChangeFeed(_store, TimeProvider.System), null!);

    private async Task<EventChainCheck> WalkAsync()
    {
        var check = new EventChainCheck();
        foreach (var e in await _log.ListAsync(new EventQuery { After = 0 }, default))
        {
            check.Next(e);
        }

        return check;
    }
}
