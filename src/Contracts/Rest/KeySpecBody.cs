namespace Lorica.Contracts.Rest;

/// <summary>Which key objects get, where a request names it.</summary>
/// <param name="Objects"><c>home</c> and labels of disks; left out: all that no other entry names.</param>
/// <param name="Provider">Key provider; the default one when left out.</param>
/// <param name="KeyId">A key that it has; left out: it makes a new one.</param>
public sealed record KeySpecBody(IReadOnlyList<string>? Objects = null, string? Provider = null, string? KeyId = null);
