using Lorica.ControlPlane.Feed;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Lorica.ControlPlane.Tests.Feed;

/// <summary>Changes of objects, in the database and as those see them who follow.</summary>
public sealed class ChangeFeedTests : IAsyncLifetime
{
    /// <summary>Tables that nobody looks at for an object: sign-in, bookkeeping, and the changes themselves.</summary>
    private static readonly string[] Silent =
    [
        "center_settings", "changes", "daily_checks", "event_head", "host_seeds", "idempotency_keys", "known_vms", "revisions",
        "sessions",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("lorica-center-test-").FullName;
    private readonly FakeTimeProvider _time = new();
    private CenterStore _store = null!;

    public async ValueTask InitializeAsync() => _store = await CenterStore.OpenAsync(_folder, default);

    public ValueTask DisposeAsync()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Every_table_that_people_look_at_tells_of_each_of_its_changes()
    {
        var (tables, triggers) = await _store.ReadAsync(async db => (
            db.Raw.Model.GetEntityTypes().Select(e => e.GetTableName()!).ToHashSet(StringComparer.Ordinal),
            await db.Raw.Database.SqlQuery<string>($"SELECT name AS Value FROM sqlite_master WHERE type = 'trigger'")
                .ToListAsync()));
        string[] expected =
        [
            .. tables.Except(Silent).SelectMany(t => t == "events" ? ["insert"] : Verbs, (t, v) => $"{t}_{v}_changes"),
        ];
        Assert.Subset(triggers.ToHashSet(StringComparer.Ordinal), expected.ToHashSet(StringComparer.Ordinal));
        Assert.Subset(tables, Silent.ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_follows_sees_what_was_made_changed_and_removed()
    {
        using var feed = new ChangeFeed(_store, _time);
        await using var changes = Follow(feed, await feed.LatestAsync(default));
        await PolicyAsync("p1");
        Assert.Equal((ObjectKinds.Policy, "p1"), Single(await NextAsync(changes)));
        await _store.WriteAsync(db => db.Raw.Policies.ExecuteUpdateAsync(s => s.SetProperty(p => p.Description, "x")));
        Assert.Equal((ObjectKinds.Policy, "p1"), Single(await NextAsync(changes)));
        await _store.WriteAsync(db => db.Raw.Policies.Where(p => p.Id == "p1").ExecuteDeleteAsync());
        Assert.Equal((ObjectKinds.Policy, "p1"), Single(await NextAsync(changes)));
    }

    [Fact]
    public async Task Many_changes_of_one_object_are_one_for_who_was_away_also_after_a_restart()
    {
        long seen;
        using (var feed = new ChangeFeed(_store, _time))
        {
            seen = await feed.LatestAsync(default);
            await PolicyAsync("p1");
            await PolicyAsync("p2");
            await _store.WriteAsync(db => db.Raw.Policies.ExecuteUpdateAsync(s => s.SetProperty(p => p.Description, "x")));
        }

        _store.Dispose();
        _store = await CenterStore.OpenAsync(_folder, default);
        using var next = new ChangeFeed(_store, _time);
        await using var changes = Follow(next, seen);
        Assert.Equal(["p1", "p2"], (await NextAsync(changes)).Select(c => c.Id).Order());
    }

    [Fact]
    public async Task Who_is_far_behind_gets_everything_once_and_in_order()
    {
        using var feed = new ChangeFeed(_store, _time);
        await using var slow = Follow(feed, await feed.LatestAsync(default));
        await using var brisk = Follow(feed, await feed.LatestAsync(default));
        const int Rounds = 30, Each = 400;
        for (int round = 0; round < Rounds; round++)
        {
            await _store.WriteAsync(db =>
            {
                db.Raw.Policies.AddRange(Enumerable.Range(round * Each, Each).Select(i => Policy($"p{i}")));
                return Task.CompletedTask;
            });
            Assert.NotEmpty(await NextAsync(brisk));
        }

        var got = new List<ObjectChange>();
        while (got.Count < Rounds * Each)
        {
            got.AddRange(await NextAsync(slow));
        }

        Assert.Equal(got.Select(c => c.Number).Order(), got.Select(c => c.Number));
        Assert.Equal(Rounds * Each, got.Select(c => c.Id).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Who_follows_one_kind_hears_of_no_other_and_of_silence()
    {
        using var feed = new ChangeFeed(_store, _time);
        await using var tasks = Follow(feed, await feed.LatestAsync(default), ChangeKinds.Task);
        var next = tasks.MoveNextAsync().AsTask();
        await PolicyAsync("p1");
        while (!next.IsCompleted)
        {
            _time.Advance(ChangeFeed.Beat);
            await Task.WhenAny(next, Task.Run(() => { }));
        }

        Assert.Empty(tasks.Current);
    }

    /// <summary>Another process: it writes into the same file, and nobody here is told of its commits.</summary>
    [Fact]
    public async Task What_another_process_writes_is_seen_too()
    {
        using var other = await CenterStore.OpenAsync(_folder, default);
        using var feed = new ChangeFeed(_store, _time);
        await using var changes = Follow(feed, await feed.LatestAsync(default));
        var next = changes.MoveNextAsync().AsTask();
        await other.WriteAsync(db =>
        {
            db.Raw.Policies.Add(Policy("p1"));
            return Task.CompletedTask;
        });
        while (true)
        {
            _time.Advance(ChangeFeed.Beat);
            if (await Task.WhenAny(next, Task.Run(() => { })) == next && await next && changes.Current.Count > 0)
            {
                break;
            }

            next = next.IsCompleted ? changes.MoveNextAsync().AsTask() : next;
        }

        Assert.Equal((ObjectKinds.Policy, "p1"), Single(changes.Current));
    }

    private static readonly string[] Verbs = ["insert", "update", "delete"];

    private static IAsyncEnumerator<IReadOnlyList<ObjectChange>> Follow(ChangeFeed feed, long after, string? kind = null) =>
        feed.FollowAsync(after, kind, default).GetAsyncEnumerator();

    private static async Task<IReadOnlyList<ObjectChange>> NextAsync(IAsyncEnumerator<IReadOnlyList<ObjectChange>> changes)
    {
        Assert.True(await changes.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
        return changes.Current;
    }

    private static (string Kind, string Id) Single(IReadOnlyList<ObjectChange> page) => page is [var only] ? (only.Kind, only.Id)
        : throw new InvalidOperationException($"{page.Count} changes");

    private static PolicyRow Policy(string id) => new()
    {
        Id = id, Name = id, Description = "", Tags = "[]", OutageAction = OutageActions.KeepRunning,
    };

    private Task PolicyAsync(string id) => _store.WriteAsync(db =>
    {
        db.Raw.Policies.Add(Policy(id));
        return Task.CompletedTask;
    });
}
