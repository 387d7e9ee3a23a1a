using System.Runtime.CompilerServices;
using Lorica.Contracts.Events;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Feed;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Queries;

namespace Lorica.ControlPlane.History;

/// <summary>Audit events, as the faces of the center see them: reading them needs Global.Diagnostics at the root.</summary>
public sealed class EventService(EventLog log, ChangeFeed feed, IAuthorizer authorizer)
{
    /// <summary>One page.</summary>
    public async Task<ListModel<EventModel>> ListAsync(Caller caller, EventQuery query, CancellationToken ct)
    {
        await RequireAsync(caller, ct);
        var items = await log.ListAsync(query, ct);
        bool full = query.After is not null && items.Count == Math.Clamp(query.Limit, 1, EventQuery.MaximumLimit);
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
        long after = query.After ?? 0;
        var changes = feed.FollowAsync(await feed.LatestAsync(ct), ChangeKinds.Event, ct);
        await foreach (var change in changes.Prepend([new ObjectChange(0, ChangeKinds.Event, "")]))
        {
            if (change.Count == 0)
            {
                yield return null;
            }

            bool more = true;
            while (more)
            {
                // Rights may have been withdrawn since the last page.
                await RequireAsync(caller, ct);
                var page = await log.ListAsync(query with { After = after, Limit = EventQuery.MaximumLimit }, ct);
                more = page.Count == EventQuery.MaximumLimit;
                foreach (var e in page)
                {
                    after = e.Number;
                    yield return e;
                }
            }
        }
    }

    private async IAsyncEnumerable<EventModel> PagesAsync(EventQuery query, [EnumeratorCancellation] CancellationToken ct)
    {
        long after = query.After ?? 0;
        while (true)
        {
            var page = await log.ListAsync(query with { After = after, Limit = EventQuery.MaximumLimit }, ct);
            foreach (var e in page)
            {
                after = e.Number;
                yield return e;
            }

            if (page.Count < EventQuery.MaximumLimit)
            {
                yield break;
            }
        }
    }

    private Task RequireAsync(Caller caller, CancellationToken ct) =>
        authorizer.RequireAsync(caller, Privileges.ReadEvents, ObjectRef.Root, ct);
}
