namespace Lorica.Host.Power;

/// <summary>A home or a disk of one link, in an <see cref="OldRunState"/>.</summary>
internal sealed record OldVerifiedObject
{
    public required Guid Id { get; init; }

    /// <summary>Empty for the home.</summary>
    public string Label { get; init; } = "";

    public long Capacity { get; init; }

    public string Provider { get; init; } = "";

    public string KeyId { get; init; } = "";

    public string Kcv { get; init; } = "";

    public long Generation { get; init; }

    public string? NextProvider { get; init; }

    public string? NextKeyId { get; init; }

    public string? NextKcv { get; init; }

    /// <summary>The same without what is the disk's.</summary>
    public VerifiedObject ToLink() => new()
    {
        Id = Id, Provider = Provider, KeyId = KeyId, Kcv = Kcv, Generation = Generation, NextProvider = NextProvider,
        NextKeyId = NextKeyId, NextKcv = NextKcv,
    };
}
