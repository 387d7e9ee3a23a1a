namespace Lorica.Cli.Up;

/// <summary>The line that answers.</summary>
/// <param name="Error">Why not; null when it was done.</param>
/// <param name="Parts">Where every part stands now.</param>
internal sealed record ControlReply(string? Error, IReadOnlyList<PartModel> Parts);
