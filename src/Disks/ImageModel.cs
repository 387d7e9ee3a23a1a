namespace Lorica.Disks;

/// <summary>What a file is that somebody brings as a disk, and what can be done with it.</summary>
public sealed record ImageModel
{
    /// <summary>What it is.</summary>
    public required ImageFormat Format { get; init; }

    /// <summary>The same in words, with its article.</summary>
    public required string Name { get; init; }

    /// <summary>How that is known.</summary>
    public required string Reason { get; init; }

    /// <summary>Bytes of the file itself.</summary>
    public required long FileLength { get; init; }

    /// <summary>Size of the virtual disk; null when it cannot be read.</summary>
    public long? Capacity { get; init; }

    /// <summary>The <c>createType</c> of a VMDK.</summary>
    public string? CreateType { get; init; }

    /// <summary>
    /// What the disk consists of, in its order, the first 256 of it; empty for what is one plain file.
    /// </summary>
    public IReadOnlyList<ImageExtentModel> Extents { get; init; } = [];

    /// <summary>How many parts there are.</summary>
    public int ExtentCount { get; init; }

    /// <summary>Why it cannot be read; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>What to do about that.</summary>
    public string? WayOut { get; init; }
}
