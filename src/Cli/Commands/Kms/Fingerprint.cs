using Lorica.Cli.Output;

namespace Lorica.Cli.Commands.Kms;

/// <summary>SHA-256 of a certificate as people pass it around: hex, any case, with or without colons.</summary>
internal static class Fingerprint
{
    private const int Digits = 64;

    /// <summary>64 lower-case hex digits.</summary>
    public static string Parse(string text)
    {
        string hex = text.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        return hex.Length == Digits && hex.All(char.IsAsciiHexDigitLower)
            ? hex
            : throw new CliException(ExitCode.Usage, $"{text} is no SHA-256 fingerprint: 64 hex digits are.");
    }

    /// <summary>In groups that an eye can compare.</summary>
    public static string ForEyes(string hex) =>
        string.Join(':', hex.ToUpperInvariant().Chunk(2).Select(pair => new string(pair)));
}
