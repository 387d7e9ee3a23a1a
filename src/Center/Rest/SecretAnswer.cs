namespace Lorica.Center.Rest;

/// <summary>Says of a route that its answer tells a secret, once: it is kept nowhere.</summary>
internal sealed record SecretAnswer;
