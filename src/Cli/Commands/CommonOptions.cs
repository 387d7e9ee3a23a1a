using System.CommandLine;
using System.CommandLine.Completions;
using Lorica.Cli.Output;

namespace Lorica.Cli.Commands;

/// <summary>Options and arguments that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>On every command.</summary>
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print machine-readable JSON on standard output.", Recursive = true,
    };

    public static Option<bool> NoWait() => new("--no-wait")
    {
        Description = "Do not wait for the task; print its id.",
    };

    public static Argument<string> Vm() => new("NAME")
    {
        Description = "Name or id of the virtual machine.",
        CompletionSources = { _ => Suggestions.Vms.Select(v => new CompletionItem(v)) },
    };

    /// <summary>A size such as <c>10G</c>.</summary>
    public static Option<long> Size(string name, string description, long preset) => new(name)
    {
        Description = description,
        HelpName = "SIZE",
        DefaultValueFactory = _ => preset,
        CustomParser = result =>
        {
            if (Sizes.Parse(result.Tokens[0].Value) is { } size)
                return size;
            result.AddError($"{name}: {result.Tokens[0].Value} is no size; write 512M or 10G.");
            return 0;
        },
    };
}
