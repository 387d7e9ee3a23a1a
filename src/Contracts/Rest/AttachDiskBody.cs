namespace Lorica.Contracts.Rest;

/// <summary>A disk that is there already.</summary>
public sealed record AttachDiskBody
{
    /// <summary><c>[datastore] folder/file.vmdk</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Storage policy by name or id; an encrypted disk needs one with an encryption rule.</summary>
    public string? Policy { get; init; }

    /// <summary>Its place; the next free one when left out.</summary>
    public string? Label { get; init; }

    /// <summary>Several VMs would write it: refused.</summary>
    public bool Shared { get; init; }
}
