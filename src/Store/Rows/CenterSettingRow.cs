namespace Lorica.Store.Rows;

/// <summary>A setting of the center.</summary>
public sealed class CenterSettingRow
{
    /// <summary>Name of the setting that names the VM in which this center runs, by id.</summary>
    public const string RunsIn = "center.runsIn";

    /// <summary>Name.</summary>
    public required string Name { get; set; }

    /// <summary>Value.</summary>
    public required string Value { get; set; }
}
