namespace Lorica.Contracts.Rest;

/// <summary>Who uses a key.</summary>
/// <param name="Kind"><c>vm</c> (VM home), <c>disk</c> or <c>host</c>.</param>
/// <param name="ObjectId">The object under the key.</param>
/// <param name="Name">VM or host.</param>
/// <param name="Host">Host that needs the key.</param>
public sealed record KeyUserModel(string Kind, string ObjectId, string Name, string Host);
