namespace Lorica.ControlPlane.Background;

/// <summary>How a job of the center is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Period">Rest between two rounds.</param>
/// <param name="LastRun">When its last round ended; null: none has since this process owns it.</param>
/// <param name="Took">How long that took.</param>
/// <param name="Trouble">What it failed with, in words for people; null when it ended well.</param>
public sealed record BackgroundStatus(string Name, TimeSpan Period, DateTimeOffset? LastRun, TimeSpan Took, string? Trouble);
