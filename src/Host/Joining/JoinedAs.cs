namespace Lorica.Host.Joining;

/// <summary><c>STATE/joined/joined.json</c>: who this host became by joining, and which center it obeys.</summary>
/// <param name="Id">Host id.</param>
/// <param name="CenterPin">SHA-256 of the center's SubjectPublicKeyInfo, hex.</param>
internal sealed record JoinedAs(string Id, string CenterPin);
