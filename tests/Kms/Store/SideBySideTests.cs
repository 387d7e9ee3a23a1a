using Lorica.Kmip;
using Lorica.Kms.Store;

namespace Lorica.Kms.Tests.Store;

/// <summary>Threads that read while others write.</summary>
public sealed class SideBySideTests : IDisposable
{
    private readonly TestFolder _temp = new();
    private readonly StateFolder _folder;

    public SideBySideTests() => _folder = StateFolder.Create(_temp.Path("state"));

    [Fact]
    public async Task One_sync_serves_all_who_came_while_another_was_under_way_and_none_who_came_later()
    {
        using var entered = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        int syncs = 0;
        var sync = new GroupSync(() =>
        {
            Interlocked.Increment(ref syncs);
            entered.Release();
            go.Wait();
        });
        var first = Waiter(sync);
        await entered.WaitAsync();
        List<Thread> others = [.. Enumerable.Range(0, 8).Select(_ => new Thread(sync.Wait) { IsBackground = true })];
        others.ForEach(o => o.Start());
        while (others.Exists(o => !o.ThreadState.HasFlag(ThreadState.WaitSleepJoin)))
        {
            await Task.Yield();
        }

        // All have come while the first is under way. The second begins when that ends, and nobody has returned by then.
        go.Release();
        await first;
        Assert.True(await entered.WaitAsync(TimeSpan.FromMinutes(1)), "a second sync begins");
        Assert.DoesNotContain(others, o => !o.IsAlive);
        go.Release(8);
        others.ForEach(o => o.Join());
        Assert.Equal(2, syncs);
    }

    [Fact]
    public void After_a_sync_that_failed_nothing_counts_as_durable_any_more()
    {
        bool fail = true;
        var sync = new GroupSync(() =>
        {
            if (fail)
            {
                throw new IOException("no");
            }
        });
        Assert.Throws<IOException>(sync.Wait);
        fail = false;
        Assert.Contains("an earlier sync failed", Assert.Throws<IOException>(sync.Wait).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_waits_for_no_sync_and_sees_what_is_durable_only()
    {
        using var go = new SemaphoreSlim(1);
        using var entered = new SemaphoreSlim(0);
        using var store = ObjectStore.Open(_folder, RootKey.OpenOrCreate(_folder), cleanUp: true, rule: null, sync: () =>
        {
            entered.Release();
            go.Wait();
        });
        store.Generate(Named("a", "one"), 32);
        await entered.WaitAsync();
        var writing = Task.Factory.StartNew(
            () =>
            {
                store.Update(Named("a", "two") with { State = KmipKeyState.Active });
                store.Generate(Named("b", "one"), 32);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await entered.WaitAsync();

        Assert.Equal(32, Samples.Material(store, "a").Length);
        Assert.Equal(KmipKeyState.PreActive, store.Find("a")!.State);
        Assert.Equal(["a"], store.OfName("owner", "one").Select(o => o.UniqueIdentifier));
        Assert.Empty(store.OfName("owner", "two"));
        Assert.Null(store.Find("b"));

        go.Release(8);
        await writing;
        Assert.Equal(KmipKeyState.Active, store.Find("a")!.State);
        Assert.Equal(["b"], store.OfName("owner", "one").Select(o => o.UniqueIdentifier));
    }

    [Fact]
    public async Task Objects_made_changed_and_destroyed_by_many_threads_are_all_there_after_a_restart()
    {
        const int Threads = 16, Each = 12;
        using (var store = Samples.Open(_folder))
        {
            await Task.WhenAll(Enumerable.Range(0, Threads).Select(t => Task.Factory.StartNew(
                () =>
                {
                    for (int i = 0; i < Each; i++)
                    {
                        string id = $"{t}-{i}";
                        store.Generate(Samples.Object(id), 32);
                        store.Update(Samples.Object(id, state: KmipKeyState.Active));
                        if (i % 3 == 0)
                        {
                            store.Destroy(Samples.Object(id, state: KmipKeyState.Destroyed));
                        }
                    }
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        }

        using var again = Samples.Open(_folder);
        Assert.Empty(again.Damaged);
        Assert.Equal(Threads * Each, again.All.Count());
        Assert.Equal(Threads * Each / 3, again.All.Count(o => o.IsDestroyed));
        Assert.All(again.All.Where(o => !o.IsDestroyed), o => Assert.Equal(KmipKeyState.Active, o.State));
    }

    [Fact]
    public async Task A_reader_of_a_key_that_is_destroyed_meanwhile_gets_the_key_or_is_told_that_it_is_destroyed()
    {
        using var store = Samples.Open(_folder);
        for (int round = 0; round < 20; round++)
        {
            string id = $"k{round}";
            store.Generate(Samples.Object(id), 32);
            byte[] expected = Samples.Material(store, id);
            var reading = Task.Factory.StartNew(
                () =>
                {
                    while (true)
                    {
                        try
                        {
                            Assert.Equal(expected, Samples.Material(store, id));
                        }
                        catch (KmipException e)
                        {
                            return e.Reason;
                        }
                    }
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            store.Destroy(Samples.Object(id, state: KmipKeyState.Destroyed));
            Assert.Equal(KmipResultReason.ItemNotFound, await reading);
        }
    }

    [Fact]
    public void A_name_leads_to_its_objects_before_and_after_a_restart_and_changes_with_them()
    {
        using (var store = Samples.Open(_folder))
        {
            store.Generate(Named("a", "one"), 32);
            store.Generate(Named("b", "one"), 32);
            store.Generate(Named("c", "two") with { Owner = "another" }, 32);
            Assert.Equal(["b", "a"], store.OfName("owner", "one").Select(o => o.UniqueIdentifier));
            Assert.Empty(store.OfName("owner", "two"));
            store.Update(Named("a", "two"));
            Assert.Equal(["b"], store.OfName("owner", "one").Select(o => o.UniqueIdentifier));
        }

        using var again = Samples.Open(_folder);
        Assert.Equal(["a"], again.OfName("owner", "two").Select(o => o.UniqueIdentifier));
        Assert.Equal(["c"], again.OfName("another", "two").Select(o => o.UniqueIdentifier));
    }

    public void Dispose() => _temp.Dispose();

    private static Task Waiter(GroupSync sync) => Task.Factory.StartNew(
        sync.Wait, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static KmipObject Named(string id, string name)
    {
        byte[] text = System.Text.Encoding.ASCII.GetBytes(name.PadRight(8, '\0'));
        byte[] value =
        [
            0x42, 0, 0x0b, 1, 0, 0, 0, 32,
            0x42, 0, 0x55, 7, 0, 0, 0, (byte)name.Length, .. text,
            0x42, 0, 0x54, 5, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0,
        ];
        return Samples.Object(id) with { Attributes = [new("Name", 0, value)] };
    }
}
