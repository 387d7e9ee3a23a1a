namespace Lorica.Contracts.Rest;

/// <summary>A datacenter, cluster or folder.</summary>
/// <param name="Id">Id.</param>
/// <param name="Kind"><c>root</c>, <c>datacenter</c>, <c>cluster</c> or <c>folder</c>.</param>
/// <param name="Name">Display name.</param>
/// <param name="Path"><c>Datacenter/prod</c>.</param>
/// <param name="ParentId">Container above; empty for the root.</param>
public sealed record ContainerModel(string Id, string Kind, string Name, string Path, string ParentId);
