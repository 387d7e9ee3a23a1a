using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>--key [OBJECTS=]PROVIDER[/KEYID]</c>: which key objects get.</summary>
internal static class KeyOptions
{
    public static Option<string[]> Create(string rest) => new("--key")
    {
        Description = "Key by provider, a new one unless its id follows; for home and labels of disks, or for all that is left. "
            + $"Repeat it for more. Without it: {rest}.",
        HelpName = "[OBJECT,...=]PROVIDER[/KEYID]",
    };

    /// <summary>What was named; null when nothing was.</summary>
    public static IReadOnlyList<KeySpecBody>? Parse(string[]? values) =>
        values is { Length: > 0 } ? [.. values.Select(Parse)] : null;

    private static KeySpecBody Parse(string value)
    {
        // A key's id may hold any character, a provider's name and an object's no '/': the first one ends the provider.
        int slash = value.IndexOf('/', StringComparison.Ordinal);
        string head = slash < 0 ? value : value[..slash];
        int equals = head.IndexOf('=', StringComparison.Ordinal);
        string[]? objects = equals < 0
            ? null : head[..equals].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string provider = head[(equals + 1)..];
        return provider.Length == 0 || objects is { Length: 0 } || slash == value.Length - 1
            ? throw new CliException(
                ExitCode.Usage, $"--key {value} names no key.", "--key kms1, --key kms1/KEYID, --key virtio0:1=kms1")
            : new KeySpecBody(objects, provider, slash < 0 ? null : value[(slash + 1)..]);
    }
}
