namespace Lorica.Store.Rows;

/// <summary>An API token; the token itself is only with its owner.</summary>
public sealed class TokenRow
{
    /// <summary>Names it where it must not stand itself.</summary>
    public required string Id { get; set; }

    /// <summary>SHA-256 of the token, hex.</summary>
    public required string TokenHash { get; set; }

    /// <summary>Whose it is.</summary>
    public required string UserName { get; set; }

    /// <summary>What it is for.</summary>
    public string Description { get; set; } = "";

    /// <summary>JSON list of the privileges it is limited to; null: all that its owner holds.</summary>
    public string? Privileges { get; set; }

    /// <summary>Kind of the object it is limited to.</summary>
    public string? ObjectKind { get; set; }

    /// <summary>Id of the object at and below which it holds; null: everywhere.</summary>
    public string? ObjectId { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long ExpiresAt { get; set; }

    /// <summary>Unix milliseconds, to the minute; 0: never.</summary>
    public long LastUsedAt { get; set; }
}
