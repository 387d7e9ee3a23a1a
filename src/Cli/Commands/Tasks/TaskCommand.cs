using System.CommandLine;

namespace Lorica.Cli.Commands.Tasks;

/// <summary><c>lorica task</c>.</summary>
internal static class TaskCommand
{
    public static Command Create(CliContext cli)
        => new("task", "Tasks: work that operations started.")
        {
            TaskLsCommand.Create(cli), TaskShowCommand.Create(cli), TaskWaitCommand.Create(cli), TaskCancelCommand.Create(cli),
        };
}
