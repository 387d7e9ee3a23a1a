namespace Lorica.SystemTests.Support;

/// <summary>How a program ended.</summary>
internal sealed record ShellResult(int ExitCode, string Output, string Error);
