namespace Lorica.ControlPlane.Store;

/// <summary>A session; the token itself is only with the client.</summary>
public sealed class SessionRow
{
    /// <summary>SHA-256 of the token, hex.</summary>
    public required string TokenHash { get; set; }

    /// <summary>User.</summary>
    public required string UserName { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long ExpiresAt { get; set; }
}
