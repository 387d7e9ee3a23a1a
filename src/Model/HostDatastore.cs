namespace Lorica.Model;

/// <summary>A datastore as one host sees it.</summary>
public sealed record HostDatastore
{
    /// <summary>Name in the host's configuration.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where it is mounted.</summary>
    public string Path { get; init; } = "";

    /// <summary>Size in bytes.</summary>
    public long Capacity { get; init; }

    /// <summary>Free bytes.</summary>
    public long Free { get; init; }

    /// <summary>Id in its marker file; empty when it could not be read.</summary>
    public string Id { get; init; } = "";

    /// <summary>Why it cannot be used; empty when it can.</summary>
    public string Problem { get; init; } = "";
}
