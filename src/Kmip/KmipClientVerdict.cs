namespace Lorica.Kmip;

/// <summary>The decision about a client certificate: an identity, or why there is none.</summary>
/// <param name="Identity">The client, when it is let in.</param>
/// <param name="Refusal">For the operator's log, when it is not.</param>
public sealed record KmipClientVerdict(KmipClientIdentity? Identity, string? Refusal);
