namespace Lorica.Contracts.Rest;

/// <summary><c>POST /api/v1/hosts/probe</c>: the certificate of a host that waits to join.</summary>
/// <param name="Address"><c>ADDRESS:PORT</c>.</param>
/// <param name="Cluster">Cluster or datacenter into which it shall come; null for the only one.</param>
public sealed record ProbeHostBody(string Address, string? Cluster = null);
