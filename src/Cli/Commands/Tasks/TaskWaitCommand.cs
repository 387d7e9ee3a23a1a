using System.CommandLine;

namespace Lorica.Cli.Commands.Tasks;

/// <summary><c>lorica task wait</c>.</summary>
internal static class TaskWaitCommand
{
    public static Command Create(CliContext cli)
    {
        var id = new Argument<string>("ID") { Description = "Task id." };
        var command = new Command("wait", "Wait until a task has ended; fail as it failed.") { id };
        command.Examples(("after --no-wait", "lorica task wait 17"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var task = await center.TaskAsync(parsed.GetValue(id)!, waitSeconds: 0, ct);
            await cli.HandleAsync(center, task, noWait: false, parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
