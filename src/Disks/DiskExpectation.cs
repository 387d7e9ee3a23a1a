using Lorica.Crypto;

namespace Lorica.Disks;

/// <summary>What the record says about a disk; a property that is null (or a generation of 0) is not compared.</summary>
public sealed record DiskExpectation
{
    /// <summary>Whether the disk must be encrypted. False means it must be plain.</summary>
    public required bool Encrypted { get; init; }

    /// <summary>The object it must be.</summary>
    public Guid? ObjectId { get; init; }

    /// <summary>The KEK that must open it.</summary>
    public KeyId? KeyId { get; init; }

    /// <summary>Check value of that KEK.</summary>
    public string? Kcv { get; init; }

    /// <summary>Lowest acceptable generation of the bundle.</summary>
    public long Generation { get; init; }
}
