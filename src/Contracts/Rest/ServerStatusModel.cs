namespace Lorica.Contracts.Rest;

/// <summary>
/// Health of one server, with trust in both directions. Its state is <c>up</c>, or <c>resting</c>: left out until it is tried
/// again.
/// </summary>
public sealed record ServerStatusModel(
    string Host, int Port, bool Connected, bool ClientTrustsServer, bool ServerTrustsClient, bool ServesKeys,
    string ProtocolVersion, string Vendor, string Error, DateTimeOffset? ServerNotAfter, DateTimeOffset? ClientNotAfter,
    string State = "up", DateTimeOffset? RetryAt = null, int Failures = 0);
