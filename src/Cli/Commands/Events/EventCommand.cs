using System.CommandLine;

namespace Lorica.Cli.Commands.Events;

/// <summary><c>lorica event</c>.</summary>
internal static class EventCommand
{
    public static Command Create(CliContext cli)
        => new("event", "Audit events: who did what, in a chain that shows when something is missing.")
        {
            EventLsCommand.Create(cli), EventTailCommand.Create(cli), EventExportCommand.Create(cli),
            EventVerifyCommand.Create(cli),
        };
}
