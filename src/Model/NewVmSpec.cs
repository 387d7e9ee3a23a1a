namespace Lorica.Model;

/// <summary>A VM that a host is to make.</summary>
public sealed record NewVmSpec
{
    /// <summary>Its id.</summary>
    public required string VmId { get; init; }

    /// <summary>The first epoch that it has.</summary>
    public required long Epoch { get; init; }

    /// <summary>Display name; its folder is called so too where that is free.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the datastore.</summary>
    public required string Datastore { get; init; }

    /// <summary>Processors.</summary>
    public int Cpus { get; init; }

    /// <summary>Memory.</summary>
    public long MemoryMib { get; init; }

    /// <summary>What it boots with.</summary>
    public VmFirmware Firmware { get; init; }

    /// <summary>Key of VM home, which the host holds already; null: plain.</summary>
    public ExpectedKey? HomeKey { get; init; }

    /// <summary>Its disks.</summary>
    public IReadOnlyList<NewDiskSpec> Disks { get; init; } = [];
}
