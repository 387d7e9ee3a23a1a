namespace Lorica.Model;

/// <summary>One use of a key.</summary>
/// <param name="Provider">Key provider.</param>
/// <param name="KeyId">Unique identifier on the KMS.</param>
/// <param name="Kcv">Key check value.</param>
/// <param name="Kind"><c>vm</c> (VM home), <c>disk</c> or <c>host</c>.</param>
/// <param name="ObjectId">The object under the key.</param>
/// <param name="Name">VM or host, for people.</param>
/// <param name="HostId">Host that needs the key.</param>
/// <param name="HostName">The same for people.</param>
public sealed record KeyUse(
    string Provider, string KeyId, string Kcv, string Kind, string ObjectId, string Name, string HostId, string HostName);
