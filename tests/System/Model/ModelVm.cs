namespace Lorica.SystemTests.Model;

/// <summary>What the dull model knows of a VM.</summary>
internal sealed record ModelVm
{
    public static ModelVm Nothing { get; } = new();

    /// <summary>It is in the inventory.</summary>
    public bool Exists { get; init; }

    /// <summary>Key provider of home and disks; empty when they are plain.</summary>
    public string Provider { get; init; } = "";

    /// <summary>Powered on.</summary>
    public bool On { get; init; }

    /// <summary>Its host: 0 or 1.</summary>
    public int Host { get; init; }

    /// <summary>Its files are on the second datastore.</summary>
    public bool Elsewhere { get; init; }

    /// <summary>It has a second disk, an empty one.</summary>
    public bool SecondDisk { get; init; }

    /// <summary>Its host has its KEK, as long as that is not restarted.</summary>
    public bool KeyOnHost { get; init; }

    public bool Encrypted => Provider.Length > 0;

    /// <summary>Whether both look the same from outside; which keys hosts have is not seen there.</summary>
    public bool Looks(ModelVm other) =>
        this with { KeyOnHost = false, Provider = Kind } == other with { KeyOnHost = false, Provider = other.Kind };

    private string Kind => Encrypted ? "encrypted" : "";
}
