namespace Lorica.Model;

/// <summary>Which key objects get, as a request names it.</summary>
/// <param name="Objects"><c>home</c> and labels of disks; empty: all that no other one names.</param>
/// <param name="Provider">Key provider; null for the default one.</param>
/// <param name="KeyId">A key that it has; null for a new one.</param>
[GenerateSerializer]
[Alias("Lorica.KeySpec")]
public sealed record KeySpec(List<string> Objects, string? Provider, string? KeyId)
{
    /// <summary>Name of VM home among the objects.</summary>
    public const string Home = "home";
}
