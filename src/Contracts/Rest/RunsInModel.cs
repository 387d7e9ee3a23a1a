namespace Lorica.Contracts.Rest;

/// <summary><c>GET</c> and <c>PUT /api/v1/providers/{name}/runs-in</c>.</summary>
/// <param name="Vm">VM in which the provider's KMS runs, by name or id; null for none of this center.</param>
public sealed record RunsInModel(string? Vm = null);
