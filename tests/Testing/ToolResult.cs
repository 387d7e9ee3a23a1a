namespace Lorica.Testing;

/// <summary>How a program ended.</summary>
public sealed record ToolResult(int ExitCode, string Output, string Error);
