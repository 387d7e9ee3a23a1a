namespace Lorica.Broker.Hosts;

/// <summary>A host that was pinned once.</summary>
/// <param name="SpkiSha256">SHA-256 of its public key, lower-case hex.</param>
/// <param name="Removed">No key goes there any more; the line stays, so that its id never comes to mean another key.</param>
internal sealed record PinnedHost(string SpkiSha256, bool Removed = false);
