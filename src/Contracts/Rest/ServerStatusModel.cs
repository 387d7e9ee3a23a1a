namespace Lorica.Contracts.Rest;

/// <summary>Health of one server, with trust in both directions.</summary>
public sealed record ServerStatusModel(
    string Host, int Port, bool Connected, bool ClientTrustsServer, bool ServerTrustsClient, bool ServesKeys,
    string ProtocolVersion, string Vendor, string Error, DateTimeOffset? ServerNotAfter, DateTimeOffset? ClientNotAfter);
