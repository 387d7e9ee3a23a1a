namespace Lorica.Store.Rows;

/// <summary>A group of users.</summary>
public sealed class GroupRow
{
    /// <summary>Name.</summary>
    public required string Name { get; set; }

    /// <summary>What it is for.</summary>
    public string Description { get; set; } = "";

    /// <summary>Unix milliseconds.</summary>
    public long CreatedAt { get; set; }
}
