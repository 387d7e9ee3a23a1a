namespace Lorica.Model;

/// <summary>
/// A record that an object gets because somebody with the privilege said so, before its file is verified under it.
/// </summary>
[GenerateSerializer]
[Alias("Lorica.RecordPlan")]
public sealed record RecordPlan
{
    /// <summary>Object id.</summary>
    [Id(0)]
    public required string ObjectId { get; set; }

    /// <summary>VM home; a disk otherwise.</summary>
    [Id(1)]
    public bool IsHome { get; set; }

    /// <summary>Key provider.</summary>
    [Id(2)]
    public required string Provider { get; set; }

    /// <summary>Key id.</summary>
    [Id(3)]
    public required string KeyId { get; set; }

    /// <summary>Check value: the broker has compared it with what the KMS holds.</summary>
    [Id(4)]
    public required string Kcv { get; set; }

    /// <summary>Lowest generation that is accepted; 0 for an object that was never known here.</summary>
    [Id(5)]
    public long Generation { get; set; }

    /// <summary>The key.</summary>
    public ExpectedKey Key => new(Provider, KeyId, Kcv);
}
