namespace Lorica.Center.Rest;

/// <summary>Says of a route that its body or its answer holds what the database never gets.</summary>
/// <param name="Request">The body holds a password that a person chose, so a fast hash of it would be a way to guess it.</param>
/// <param name="Answer">The answer tells a secret, once.</param>
internal sealed record Secrecy(bool Request = false, bool Answer = false);
