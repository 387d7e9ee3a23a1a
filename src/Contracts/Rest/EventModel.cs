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
/// <param name="Hash">Link of the chain, hex: <see cref="Events.EventChain"/>.</param>
public sealed record EventModel(
    long Number, DateTimeOffset Time, string Id, string User, string Object, string Message, string ObjectKind = "",
    string ObjectId = "", string Hash = "");
