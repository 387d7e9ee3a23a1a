namespace Lorica.Contracts.Rest;

/// <summary>An alarm: something is, or was, wrong.</summary>
/// <param name="Number">Ascending.</param>
/// <param name="Alarm">Which: <c>vm.locked</c>, <c>host.lost</c>, …</param>
/// <param name="ObjectKind">Kind of the object.</param>
/// <param name="ObjectId">Id of the object.</param>
/// <param name="Object">Name of the object when the alarm was raised.</param>
/// <param name="Severity"><c>warning</c> or <c>critical</c>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="RaisedAt">Since when.</param>
/// <param name="ClearedAt">Until when; null while it is raised.</param>
/// <param name="AcknowledgedBy">Who has seen it.</param>
/// <param name="AcknowledgedAt">When.</param>
public sealed record AlarmModel(
    long Number, string Alarm, string ObjectKind, string ObjectId, string Object, string Severity, string Message,
    DateTimeOffset RaisedAt, DateTimeOffset? ClearedAt, string? AcknowledgedBy, DateTimeOffset? AcknowledgedAt);
