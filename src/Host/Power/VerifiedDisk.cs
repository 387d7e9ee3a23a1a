namespace Lorica.Host.Power;

/// <summary>What was verified of a disk when its VM was started.</summary>
internal sealed record VerifiedDisk
{
    public required string Label { get; init; }

    /// <summary>In bytes.</summary>
    public required long Capacity { get; init; }

    /// <summary>What it is made of, first the link that takes the writes, each over the next one; one.</summary>
    public required IReadOnlyList<VerifiedObject> Links { get; init; }
}
