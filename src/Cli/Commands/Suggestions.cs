using Lorica.Cli.Output;

namespace Lorica.Cli.Commands;

/// <summary>
/// Names from the center for completion. They are asked for once, before the parser wants them, and only by a shell's completion;
/// whatever goes wrong, there is just nothing to suggest.
/// </summary>
internal static class Suggestions
{
    private const string Directive = "[suggest";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly AsyncLocal<IReadOnlyList<string>?> Names = new();

    /// <summary>Names of virtual machines.</summary>
    public static IReadOnlyList<string> Vms => Names.Value ?? [];

    /// <summary>The names, when <paramref name="arguments"/> are a question of a shell about virtual machines; else
    /// nothing.</summary>
    public static async Task<IReadOnlyList<string>?> FetchAsync(string[] arguments, CliContext cli, CancellationToken ct)
    {
        if (arguments is not [var first, var line, ..] || !first.StartsWith(Directive, StringComparison.Ordinal)
            || !line.StartsWith("vm ", StringComparison.Ordinal))
        {
            return null;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            using var center = cli.Center();
            return [.. (await center.VmsAsync(patience.Token)).Items.Select(v => v.Name)];
        }
        catch (Exception e) when (e is CliException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>What the parser may suggest from here on.</summary>
    public static void Use(IReadOnlyList<string>? names) => Names.Value = names;
}
