namespace Lorica.Contracts.Rest;

/// <summary>Health of a key provider: a probe key was really fetched, or not.</summary>
public sealed record ProviderStatusModel(string Name, bool Healthy, IReadOnlyList<ServerStatusModel> Servers);
