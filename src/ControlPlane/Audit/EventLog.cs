using Lorica.Contracts.Events;
using Lorica.Contracts.Rest;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Queries;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Audit;

/// <summary>Audit events: appended, never changed.</summary>
public sealed class EventLog(CenterStore store, TimeProvider time)
{
    /// <summary>Appends one event.</summary>
    public Task AddAsync(string eventId, string user, string target, string message, CancellationToken ct = default) =>
        AddAsync(eventId, user, new ObjectRef("", "", target), message, ct);

    /// <summary>Appends one event about <paramref name="target"/>.</summary>
    public Task AddAsync(string eventId, string user, ObjectRef target, string message, CancellationToken ct = default) =>
        AppendAsync(db => Add(db, eventId, user, target, message), ct);

    /// <summary>Appends one event by a caller, with where they ask from.</summary>
    public Task AddAsync(string eventId, Caller caller, string target, string message, CancellationToken ct = default) =>
        AddAsync(eventId, caller, new ObjectRef("", "", target), message, ct);

    /// <summary>The same about <paramref name="target"/>.</summary>
    public Task AddAsync(
        string eventId, Caller caller, ObjectRef target, string message, CancellationToken ct = default) =>
        AppendAsync(db => Add(db, eventId, caller, target, message), ct);

    /// <summary>The same where it came out otherwise than events of this id usually tell.</summary>
    public Task AddAsync(
        string eventId, Caller caller, ObjectRef target, string message, EventOutcome outcome, CancellationToken ct) =>
        AppendAsync(db => Add(db, eventId, caller, target, message, outcome), ct);

    /// <summary>
    /// Appends one event inside the caller's own transaction, so that the event and what it tells of stand or fall together.
    /// Where it was asked for it takes from on whose behalf the unit of work is, if that is <paramref name="user"/>.
    /// </summary>
    public void Add(CenterDb db, string eventId, string user, string target, string message) =>
        Add(db, eventId, user, new ObjectRef("", "", target), message);

    /// <summary>The same about <paramref name="target"/>, which can be asked for by its id later.</summary>
    public void Add(
        CenterDb db, string eventId, string user, ObjectRef target, string message, EventOutcome? outcome = null)
    {
        var known = db.Caller ?? CurrentCaller.Value;
        Add(db, eventId, known?.User == user ? known : new Caller(user), target, message, outcome);
    }

    /// <summary>The same by a caller, with where they ask from.</summary>
    public void Add(CenterDb db, string eventId, Caller caller, string target, string message, EventOutcome? outcome = null) =>
        Add(db, eventId, caller, new ObjectRef("", "", target), message, outcome);

    /// <summary>The same about <paramref name="target"/>.</summary>
    /// <param name="db">The unit of work.</param>
    /// <param name="eventId">One of <see cref="EventIds"/>.</param>
    /// <param name="caller">Who.</param>
    /// <param name="target">About what.</param>
    /// <param name="message">One sentence.</param>
    /// <param name="outcome">How it came out, where that is another thing than events of this id tell.</param>
    public void Add(
        CenterDb db, string eventId, Caller caller, ObjectRef target, string message, EventOutcome? outcome = null) =>
        db.Events.Add(new EventRow
        {
            Time = time.GetUtcNow().ToUnixTimeMilliseconds(),
            EventId = eventId,
            UserName = EventText.Clean(caller.User),
            ObjectKind = target.Kind,
            ObjectId = EventText.Clean(target.Id),
            Target = EventText.Clean(target.Name),
            Message = EventText.Clean(message),
            Outcome = (outcome ?? UsualOutcomes.Of(eventId)).ToWord(),
            Address = EventText.Clean(caller.Origin?.Address ?? ""),
            SessionId = EventText.Clean(caller.Origin?.SessionId ?? ""),
            TokenId = EventText.Clean(caller.TokenId),
            CorrelationId = EventText.Clean(caller.Origin?.CorrelationId ?? ""),
        });

    /// <summary>Events in ascending order: those after a number, or the last ones.</summary>
    public async Task<IReadOnlyList<EventModel>> ListAsync(EventQuery query, CancellationToken ct) =>
        [.. (await store.ReadAsync(db => db.Events.PageAsync(query, ct), ct)).Select(e => e.ToModel())];

    /// <summary>The same with nothing but a number and a limit.</summary>
    public Task<IReadOnlyList<EventModel>> ListAsync(long? after, int limit, CancellationToken ct) =>
        ListAsync(new EventQuery { After = after, Limit = limit }, ct);

    /// <summary>The head of the chain.</summary>
    public async Task<EventHeadModel> HeadAsync(CancellationToken ct)
    {
        var head = await store.ReadAsync(db => db.Events.HeadAsync(ct), ct);
        return new EventHeadModel(head.Number, Convert.ToHexStringLower(head.Hash));
    }

    private Task AppendAsync(Action<CenterDb> add, CancellationToken ct) => store.WriteAsync(
        db =>
        {
            add(db);
            return Task.CompletedTask;
        },
        ct);
}
