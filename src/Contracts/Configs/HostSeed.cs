namespace Lorica.Contracts.Configs;

/// <summary>A host that the center knows from its configuration.</summary>
/// <param name="Id">Host id, as in the host's own configuration.</param>
/// <param name="Name">Display name.</param>
/// <param name="Address"><c>127.0.0.1:8444</c>.</param>
/// <param name="Pin">SHA-256 of its SubjectPublicKeyInfo, hex.</param>
public sealed record HostSeed(string Id, string Name, string Address, string Pin);
