namespace Lorica.Kms.Clients;

/// <summary>A client that owns objects or is pinned.</summary>
/// <param name="KeySha256">SHA-256 of its public key: whom its objects belong to.</param>
/// <param name="Name">Subject of its certificate, as far as one is known.</param>
/// <param name="NotBefore">Beginning of its pinned certificate; null when none is pinned.</param>
/// <param name="NotAfter">End of it.</param>
/// <param name="Objects">Live objects.</param>
/// <param name="LastSeen">Its last operation in the audit; null when there is none.</param>
internal sealed record Client(
    string KeySha256, string Name, DateTimeOffset? NotBefore, DateTimeOffset? NotAfter, int Objects, DateTimeOffset? LastSeen);
