namespace Lorica.Cli.Up;

/// <summary>Where a part stands.</summary>
/// <param name="Name">One of <see cref="PartNames"/>.</param>
/// <param name="State"><c>stopped</c>, <c>starting</c>, <c>running</c>, <c>idle</c>, <c>waiting</c>.</param>
/// <param name="Pid">Process id; 0 when there is none.</param>
internal sealed record PartModel(string Name, string State, int Pid);
