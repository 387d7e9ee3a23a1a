using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Tasks;

/// <summary><c>lorica task cancel</c>.</summary>
internal static class TaskCancelCommand
{
    public static Command Create(CliContext cli)
    {
        var id = new Argument<string>("ID") { Description = "Task id." };
        var noWait = CommonOptions.NoWait();
        var command = new Command("cancel", "Ask a task to end, and wait until it has.") { id, noWait };
        command.Examples(("break off a clone; what it had copied is removed", "lorica task cancel 17"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            bool json = parsed.GetValue(CommonOptions.Json);
            var task = await center.CancelTaskAsync(parsed.GetValue(id)!, ct);
            if (!parsed.GetValue(noWait))
                task = await new TaskFollower(center, cli.Terminal, cli.Time).FollowAsync(task, ct);
            if (json)
                cli.Terminal.Json(task, RestJson.Default.TaskModel);
            else
                cli.Terminal.Line(TaskText.State(task));
            if (TaskText.HasEnded(task) && task.State != "cancelled")
            {
                throw new CliException(ExitCode.Refused, $"Task {task.Id} ended before it could be cancelled: {task.State}.",
                    $"lorica task show {task.Id}");
            }
        });
        return command;
    }
}
