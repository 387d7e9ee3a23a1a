namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/providers/probe</c>: which certificate does that server show?</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Proxy">HTTP proxy on the way, <c>host:port</c>.</param>
public sealed record ProbeBody(string Host, int Port, string? Proxy = null);
