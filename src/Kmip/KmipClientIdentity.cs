namespace Lorica.Kmip;

/// <summary>Who is at the other end of a connection.</summary>
/// <param name="Owner">
/// Stable and collision-free, such as the SHA-256 of the client's public key: objects belong to it. Not a common name, since two
/// authorities can give the same to different clients.
/// </param>
/// <param name="DisplayName">For audit and messages; escaped where it is written.</param>
public sealed record KmipClientIdentity(string Owner, string DisplayName);
