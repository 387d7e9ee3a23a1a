namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/hosts/{name}/crypto</c>.</summary>
/// <param name="Action"><c>prepare</c>, <c>enable</c>, <c>rotate</c> or <c>disable</c>.</param>
public sealed record HostCryptoBody(string Action);
