using System.CommandLine;
using Lorica.Cli.Output;

namespace Lorica.Cli.Commands.Keys;

/// <summary>A key as people name it: <c>PROVIDER/ID</c>. The id is the KMS's own and may hold slashes.</summary>
internal readonly record struct KeyName(string Provider, string Id)
{
    public static Argument<string> Argument() => new("KEY") { Description = "PROVIDER/ID, as lorica key ls shows it." };

    public static KeyName Parse(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < text.Length - 1
            ? new KeyName(text[..slash], text[(slash + 1)..])
            : throw new CliException(ExitCode.Usage, $"{text} names no key.", "Write PROVIDER/ID, as lorica key ls shows it.");
    }

    public override string ToString() => $"{Provider}/{Id}";
}
