using Lorica.Model;

namespace Lorica.Store.Rows;

/// <summary>A storage policy that somebody made; the built-in ones have no row.</summary>
public sealed class PolicyRow
{
    /// <summary>Id, RFC 4122 text, lower case.</summary>
    public required string Id { get; set; }

    /// <summary>Display name, unique without case, also among the built-in ones.</summary>
    public required string Name { get; set; }

    /// <summary>For people.</summary>
    public required string Description { get; set; }

    /// <summary>Has an encryption rule.</summary>
    public bool Encryption { get; set; }

    /// <summary>The rule's one property: I/O filters may see plaintext before encryption.</summary>
    public bool AllowCleartextFilters { get; set; }

    /// <summary>Whatever could reach into an encrypted VM needs Cryptographer.Access.</summary>
    public bool Strict { get; set; }

    /// <summary>JSON list of the tags that a datastore must carry.</summary>
    public required string Tags { get; set; }

    /// <summary>One of <see cref="OutageActions"/>.</summary>
    public required string OutageAction { get; set; }

    /// <summary>How long a key must have been out of reach.</summary>
    public long OutageAfterSeconds { get; set; }

    /// <summary>Grows with each edit; the ETag.</summary>
    public long Version { get; set; }

    /// <summary>Version at the last edit that changed a rule.</summary>
    public long RulesVersion { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long ChangedAt { get; set; }
}
