using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Lorica.Contracts.Events;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.History;

/// <summary>Audit events, as the faces of the center see them: reading them needs Global.Diagnostics at the root.</summary>
public sealed class EventService(EventLog log, CenterStore store, IAuthorizer authorizer, TimeProvider time)
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <summary>One page.</summary>
    public async Task<ListModel<EventModel>> ListAsync(Caller caller, EventQuery query, CancellationToken ct)
    {
        await RequireAsync(caller, ct);
        var items = await log.ListAsync(query, ct);
        bool full = query.After is not null && items.Count == Math.Clamp(query.Limit, 1, EventLog.MaximumPage);
        return new ListModel<EventModel>(
            items, full ? Cursor.Of(items[^1].Number.ToString(System.Globalization.CultureInfo.InvariantCulture)) : null);
    }

    /// <summary>All events that the query finds, in ascending order, page after page.</summary>
    public async Task<IAsyncEnumerable<EventModel>> ExportAsync(Caller caller, EventQuery query, CancellationToken ct)
    {
        await RequireAsync(caller, ct);
        return PagesAsync(query, ct);
    }

    /// <summary>The head of the chain; with <paramref name="verify"/> after walking all of it.</summary>
    public async Task<EventHeadModel> HeadAsync(Caller caller, bool verify, CancellationToken ct)
    {
        await RequireAsync(caller, ct);
        return verify ? await VerifyAsync(ct) : await log.HeadAsync(ct);
    }

    /// <summary>Walks the whole chain and compares its end with the head that stands apart.</summary>
    public async Task<EventHeadModel> VerifyAsync(CancellationToken ct)
    {
        var head = await log.HeadAsync(ct);
        var check = new EventChainCheck();
        await foreach (var e in PagesAsync(new EventQuery(), ct))
        {
            if (e.Number == 1 || check.Count > 0)
            {
                check.Next(e);
            }
            else
            {
                check.Fail($"Events 1 to {e.Number - 1} are missing.");
            }

            if (check.Trouble is not null || e.Number >= head.Number)
            {
                break;
            }
        }

        if (check.Number != head.Number || check.Hash != head.Hash)
        {
            check.Fail($"The log ends with event {check.Number}, and the head says {head.Number} ({head.Hash}).");
        }

        return head with { Intact = check.Trouble is null, Trouble = check.Trouble };
    }

    /// <summary>Events after a number (null: only new ones) as they are written; null from time to time, to keep the
    /// connection.</summary>
    public async Task<IAsyncEnumerable<EventModel?>> WatchAsync(Caller caller, EventQuery query, CancellationToken ct)
    {
        await RequireAsync(caller, ct);

        // Now, not when the first item is asked for: what is written between must not be missed.
        long after = query.After ?? (await log.HeadAsync(ct)).Number;
        return FollowAsync(caller, query with { After = after }, ct);
    }

    private async IAsyncEnumerable<EventModel?> FollowAsync(
        Caller caller, EventQuery query, [EnumeratorCancellation] CancellationToken ct)
    {
        var wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void Wake(object? sender, EventArgs e) => wake.Writer.TryWrite(true);
        store.EventsAppended += Wake;
        try
        {
            long after = query.After ?? 0;
            while (true)
            {
                // Rights may have been withdrawn since the last page.
                await RequireAsync(caller, ct);
                var page = await log.ListAsync(query with { After = after, Limit = EventLog.MaximumPage }, ct);
                foreach (var e in page)
                {
                    after = e.Number;
                    yield return e;
                }

                if (page.Count == EventLog.MaximumPage)
                {
                    continue;
                }

                // Another process of this machine may write too, so silence is looked through as well.
                if (!await WaitAsync(wake.Reader, ct))
                {
                    yield return null;
                }
            }
        }
        finally
        {
            store.EventsAppended -= Wake;
        }
    }

    private async Task<bool> WaitAsync(ChannelReader<bool> wake, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var woken = wake.WaitToReadAsync(stop.Token).AsTask();
        await Task.WhenAny(woken, Task.Delay(Beat, time, stop.Token));
        await stop.CancelAsync();
        ct.ThrowIfCancellationRequested();
        return wake.TryRead(out _);
    }

    private async IAsyncEnumerable<EventModel> PagesAsync(EventQuery query, [EnumeratorCancellation] CancellationToken ct)
    {
        long after = query.After ?? 0;
        while (true)
        {
            var page = await log.ListAsync(query with { After = after, Limit = EventLog.MaximumPage }, ct);
            foreach (var e in page)
            {
                after = e.Number;
                yield return e;
            }

            if (page.Count < EventLog.MaximumPage)
            {
                yield break;
            }
        }
    }

    private Task RequireAsync(Caller caller, CancellationToken ct) =>
        authorizer.RequireAsync(caller, Privileges.ReadEvents, ObjectRef.Root, ct);
}
