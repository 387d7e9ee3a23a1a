namespace Lorica.Contracts.Rest;

/// <summary>Tags of a datastore; also the body of <c>PUT /api/v1/datastores/{name}/tags</c>.</summary>
/// <param name="Tags">All of them, compared without case.</param>
public sealed record TagsModel(IReadOnlyList<string> Tags);
