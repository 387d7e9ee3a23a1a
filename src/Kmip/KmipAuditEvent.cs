namespace Lorica.Kmip;

/// <summary>One thing that a client did or tried. Never material.</summary>
/// <param name="Time">When.</param>
/// <param name="Client">Who; null for a connection that was refused before it had an identity.</param>
/// <param name="Remote">Address and port.</param>
/// <param name="Operation">Name of the operation, or "Connect" for a refused connection.</param>
/// <param name="UniqueIdentifier">The object as the client named it (foreign text: escape it); empty when there is none.</param>
/// <param name="Reason">Null on success.</param>
/// <param name="Detail">Why it was refused; escaped.</param>
public sealed record KmipAuditEvent(
    DateTimeOffset Time,
    KmipClientIdentity? Client,
    string Remote,
    string Operation,
    string UniqueIdentifier,
    KmipResultReason? Reason,
    string Detail);
