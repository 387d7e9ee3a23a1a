namespace Lorica.Crypto;

/// <summary>
/// What the fixed header of a sealed stream says beside magic, version, salt and chunk size. Public, but bound to the data.
/// </summary>
public sealed record SealedStreamHeader
{
    /// <summary>What the stream holds.</summary>
    public required SealedStreamKind Kind { get; init; }

    /// <summary>Object id of the VM (or host) that the stream belongs to.</summary>
    public required Guid OwnerId { get; init; }

    /// <summary>This stream's own id, by which a sealed file names it.</summary>
    public required Guid StreamId { get; init; }
}
