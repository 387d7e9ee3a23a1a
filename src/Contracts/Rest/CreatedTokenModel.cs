namespace Lorica.Contracts.Rest;

/// <summary>
/// A token that was made; <paramref name="Secret"/> goes into <c>Authorization: Bearer</c> and is told only here.
/// </summary>
public sealed record CreatedTokenModel(TokenModel Token, string Secret);
