using Lorica.Contracts.Faults;

namespace Lorica.Cli.Output;

/// <summary>The one exception of the command line: what a person reads, and the exit code that a script reads.</summary>
internal sealed class CliException : Exception
{
    public CliException(ExitCode kind, string message, string hint = "", Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Hint = hint;
    }

    /// <summary>Exit code.</summary>
    public ExitCode Kind { get; }

    /// <summary>What to do about it; may be empty.</summary>
    public string Hint { get; }

    /// <summary>
    /// The fault's key for programs (<c>lorica.bundleEdited</c>); empty when the failure is the command line's own.
    /// </summary>
    public string Code { get; init; } = "";

    /// <summary>Keys that are out of reach, each with its reason.</summary>
    public IReadOnlyList<KeyReason> Keys { get; init; } = [];

    /// <summary>Lines that explain the failure further, such as the end of a log.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];
}
