namespace Lorica.Store.Rows;

/// <summary>When something that happens once a day happened last.</summary>
public sealed class DailyCheckRow
{
    /// <summary>What.</summary>
    public required string Name { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long DoneAt { get; set; }
}
