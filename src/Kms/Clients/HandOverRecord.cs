namespace Lorica.Kms.Clients;

/// <summary>A hand-over that is decided and not finished: the file <c>hand-over</c> of the state folder.</summary>
/// <param name="From">Owner of before: SHA-256 of a public key.</param>
/// <param name="To">Owner of afterwards.</param>
internal sealed record HandOverRecord(string From, string To);
