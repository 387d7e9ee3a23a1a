using Lorica.Contracts.Faults;

namespace Lorica.Model;

/// <summary>A host's answer to a key that was sent to it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Kcv">Check value that the host computed.</param>
/// <param name="Fault">Why it did not take it; null when it did.</param>
public sealed record TakenKey(KeyName Key, string Kcv, Fault? Fault);
