namespace Lorica.Store.Rows;

/// <summary>A creation that its client may repeat, and what it was answered.</summary>
public sealed class IdempotencyRow
{
    /// <summary>Whose key it is.</summary>
    public required string UserName { get; set; }

    /// <summary>The key that the client chose.</summary>
    public required string Key { get; set; }

    /// <summary>
    /// Fingerprint of who asked (session or token), method, path and body, hex: an HMAC under a key that is not in the database.
    /// </summary>
    public required string RequestHash { get; set; }

    /// <summary>HTTP status of the answer; 0 while the first request is under way, or when the center stopped in it.</summary>
    public int Status { get; set; }

    /// <summary>Media type of the answer.</summary>
    public string ContentType { get; set; } = "";

    /// <summary>Body of the answer; never one that tells a secret.</summary>
    public byte[]? Body { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }
}
