using System.CommandLine;
using System.CommandLine.Invocation;
using Lorica.Cli.Output;

namespace Lorica.Cli.Commands;

/// <summary>From arguments to an exit code: parse, act, and map every failure in one place.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments, CliContext cli, Interrupts interrupts)
    {
        try
        {
            Suggestions.Use(await Suggestions.FetchAsync(arguments, cli, interrupts.Stop));
            var parsed = CommandTree.Create(cli, interrupts).Parse(arguments);
            if (parsed.Action is ParseErrorAction)
                return (int)BadUsage(parsed, cli.Terminal);
            var configuration = new InvocationConfiguration
            {
                Output = cli.Terminal.Out,
                Error = cli.Terminal.Error,
                EnableDefaultExceptionHandler = false,
                // Signals are handled by Interrupts.
                ProcessTerminationTimeout = null,
            };
            int code = await parsed.InvokeAsync(configuration, interrupts.Stop);
            await cli.Terminal.Out.FlushAsync();
            return code;
        }
        catch (CliException failure)
        {
            cli.Terminal.Fail(failure);
            return (int)failure.Kind;
        }
        catch (OperationCanceledException) when (interrupts.Stop.IsCancellationRequested)
        {
            cli.Terminal.Fail(new CliException(ExitCode.Interrupted, "Interrupted."));
            return (int)ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            var failure = FailureOf(e);
            cli.Terminal.Fail(failure);
            return (int)failure.Kind;
        }
    }

    private static CliException FailureOf(Exception e) => e switch
    {
        Disks.DiskException disk => DiskFailure.ToException(disk),
        UnauthorizedAccessException or IOException or System.ComponentModel.Win32Exception
            => new CliException(ExitCode.Other, e.Message, inner: e),
        _ => new CliException(ExitCode.Other, $"Unexpected: {e.GetType().Name}: {e.Message}",
            "This is a defect of lorica; please report it with what you ran.", e),
    };

    private static ExitCode BadUsage(ParseResult parsed, Terminal terminal)
    {
        foreach (string error in parsed.Errors.Select(e => e.Message).Distinct(StringComparer.Ordinal))
            terminal.Error.WriteLine("error: " + Terminal.Clean(error));
        string path = CommandTree.PathOf(parsed.CommandResult);
        terminal.Error.WriteLine(Nearest.Command(parsed) is { } meant ? $"hint: {path} {meant}" : $"hint: {path} --help");
        return ExitCode.Usage;
    }
}
