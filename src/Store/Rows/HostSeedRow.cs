namespace Lorica.Store.Rows;

/// <summary>What the configuration said of a host when it was last taken over.</summary>
public sealed class HostSeedRow
{
    /// <summary>Host id.</summary>
    public required string Id { get; set; }

    /// <summary>Name, address and pin.</summary>
    public required string Seed { get; set; }
}
