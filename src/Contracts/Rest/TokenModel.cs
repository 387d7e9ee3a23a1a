namespace Lorica.Contracts.Rest;

/// <summary>An API token; never the token itself.</summary>
/// <param name="Id">Names it.</param>
/// <param name="User">Whose it is.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Privileges">What it is limited to; null: all that its owner holds.</param>
/// <param name="Object">Where it holds; null: everywhere.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="LastUsedAt">To the minute; null: never.</param>
public sealed record TokenModel(
    string Id, string User, string Description, IReadOnlyList<string>? Privileges, ObjectModel? Object, DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);
