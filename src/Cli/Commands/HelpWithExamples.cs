using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Lorica.Cli.Commands;

/// <summary>The usual help, followed by examples and, on top, by what the exit codes mean.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    private const int Width = 110;
    private const string Program = "lorica";

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        output.Write(Usual(parseResult));
        var command = parseResult.CommandResult.Command;
        var examples = CommandExamples.Of(command);
        if (examples.Count > 0)
        {
            output.WriteLine("Examples:");
            foreach (var (what, line) in examples)
            {
                output.WriteLine($"  # {what}");
                output.WriteLine($"  {line}");
            }
            output.WriteLine();
        }
        if (command is RootCommand)
        {
            output.WriteLine("Exit codes:");
            output.WriteLine(
                "  0 done · 1 failed · 2 bad usage · 3 not signed in · 4 refused by a rule or a state · 5 not found");
            output.WriteLine("  6 no permission · 7 unreachable · 130 interrupted");
            output.WriteLine();
        }
        return 0;
    }

    /// <summary>The usual help, in which the program has its own name: the platform takes that of the file which runs.</summary>
    private string Usual(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        using var aside = new StringWriter { NewLine = output.NewLine };
        parseResult.InvocationConfiguration.Output = aside;
        try
        {
            usual.MaxWidth = Width;
            usual.Invoke(parseResult);
        }
        finally
        {
            parseResult.InvocationConfiguration.Output = output;
        }
        return aside.ToString().Replace($"  {RootCommand.ExecutableName} ", $"  {Program} ", StringComparison.Ordinal);
    }
}
