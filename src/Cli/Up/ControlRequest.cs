namespace Lorica.Cli.Up;

/// <summary>A line to <c>STATE/up.sock</c>.</summary>
/// <param name="Command"><c>status</c>, <c>start</c>, <c>stop</c>, <c>restart</c>.</param>
/// <param name="Part">One of <see cref="PartNames"/>; not for <c>status</c>.</param>
internal sealed record ControlRequest(string Command, string? Part);
