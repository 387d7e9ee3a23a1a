namespace Lorica.Contracts.Rest;

/// <summary>A setting of the center.</summary>
/// <param name="Name"><c>center.runsIn</c>: the VM that runs this center.</param>
/// <param name="Value">Its value.</param>
public sealed record SettingModel(string Name, string Value);
