namespace Lorica.ControlPlane.Store;

/// <summary>A setting of the center.</summary>
public sealed class CenterSettingRow
{
    /// <summary>Name.</summary>
    public required string Name { get; set; }

    /// <summary>Value.</summary>
    public required string Value { get; set; }
}
