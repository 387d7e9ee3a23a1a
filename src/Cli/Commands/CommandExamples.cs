using System.CommandLine;
using System.Runtime.CompilerServices;

namespace Lorica.Cli.Commands;

/// <summary>Examples that stand at the end of a command's help.</summary>
internal static class CommandExamples
{
    private static readonly ConditionalWeakTable<Command, IReadOnlyList<(string What, string Line)>> All = [];

    /// <summary>Gives <paramref name="command"/> its examples.</summary>
    public static void Examples(this Command command, params (string What, string Line)[] examples) => All.Add(command, examples);

    public static IReadOnlyList<(string What, string Line)> Of(Command command)
        => All.TryGetValue(command, out var examples) ? examples : [];
}
