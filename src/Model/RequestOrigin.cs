namespace Lorica.Model;

/// <summary>From where something was asked for, as audit events tell it. Nothing in it is a credential.</summary>
/// <param name="Address">IP address of the client, as the socket has it.</param>
/// <param name="SessionId">Id of the session; empty for an API token.</param>
/// <param name="CorrelationId">Of the request: the same in its events, in those of its tasks, and in the log.</param>
[GenerateSerializer]
[Alias("Lorica.RequestOrigin")]
public sealed record RequestOrigin(string Address, string SessionId, string CorrelationId);
