namespace Lorica.Contracts.Rest;

/// <summary>An audit event; ids are those of the original where it has one.</summary>
public sealed record EventModel(long Number, DateTimeOffset Time, string Id, string User, string Object, string Message);
