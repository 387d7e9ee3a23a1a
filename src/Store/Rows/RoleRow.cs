namespace Lorica.Store.Rows;

/// <summary>A role that somebody made.</summary>
public sealed class RoleRow
{
    /// <summary>Positive, never used again.</summary>
    public int Id { get; set; }

    /// <summary>Name.</summary>
    public required string Name { get; set; }

    /// <summary>What it is for.</summary>
    public string Description { get; set; } = "";

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }
}
