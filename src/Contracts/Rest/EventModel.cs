namespace Lorica.Contracts.Rest;

/// <summary>An audit event; ids are those of the original where it has one.</summary>
/// <param name="Number">Ascending, without gaps.</param>
/// <param name="Time">When, to the millisecond.</param>
/// <param name="Id">What kind of event.</param>
/// <param name="User">Who.</param>
/// <param name="Object">Name of what it is about.</param>
/// <param name="Message">One sentence.</param>
/// <param name="ObjectKind"><c>vm</c>, <c>host</c>, …; empty when it is not known.</param>
/// <param name="ObjectId">Object id; empty when it is not known.</param>
/// <param name="Outcome">
/// <c>succeeded</c>, <c>failed</c>, <c>refused</c>, <c>begun</c> or <c>noticed</c>; empty in form 1.
/// </param>
/// <param name="Address">IP address from which it was asked for; empty for what nobody asked for through the API.</param>
/// <param name="SessionId">Id of the session in which it was asked for; empty without one. It opens nothing.</param>
/// <param name="TokenId">Id of the API token with which it was asked for; empty without one. It opens nothing.</param>
/// <param name="CorrelationId">The same for all events of one request and of the tasks that it began; empty without one.</param>
/// <param name="Form">Which members the hash covers: 1 (those before the outcome) or 2 (all).</param>
/// <param name="Hash">Link of the chain, hex: <see cref="Events.EventChain"/>.</param>
public sealed record EventModel(
    long Number, DateTimeOffset Time, string Id, string User, string Object, string Message, string ObjectKind = "",
    string ObjectId = "", string Outcome = "", string Address = "", string SessionId = "", string TokenId = "",
    string CorrelationId = "", int Form = 1, string Hash = "");
