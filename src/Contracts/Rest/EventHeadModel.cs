namespace Lorica.Contracts.Rest;

/// <summary>The end of the chain of events, and whether the chain holds. Kept elsewhere, it shows later whether events were cut
/// off.</summary>
/// <param name="Number">Number of the last event; 0 for none.</param>
/// <param name="Hash">Its hash, hex.</param>
/// <param name="Intact">Whether every link holds; null when that was not looked at.</param>
/// <param name="Trouble">What is wrong with it.</param>
public sealed record EventHeadModel(long Number, string Hash, bool? Intact = null, string? Trouble = null);
