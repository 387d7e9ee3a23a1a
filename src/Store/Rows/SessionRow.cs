namespace Lorica.Store.Rows;

/// <summary>A session; the token itself is only with the client.</summary>
public sealed class SessionRow
{
    /// <summary>SHA-256 of the token, hex.</summary>
    public required string TokenHash { get; set; }

    /// <summary>Names the session where its token must not stand.</summary>
    public required string Id { get; set; }

    /// <summary>User.</summary>
    public required string UserName { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long ExpiresAt { get; set; }

    /// <summary>Where it was opened.</summary>
    public string Address { get; set; } = "";

    /// <summary>Unix milliseconds, to the minute.</summary>
    public long LastUsedAt { get; set; }
}
