using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Tasks;

/// <summary><c>lorica task show</c>.</summary>
internal static class TaskShowCommand
{
    public static Command Create(CliContext cli)
    {
        var id = new Argument<string>("ID") { Description = "Task id." };
        var command = new Command("show", "Show a task, and why it failed.") { id };
        command.Examples(("how far is it", "lorica task show 17"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var task = await center.TaskAsync(parsed.GetValue(id)!, waitSeconds: 0, ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(task, RestJson.Default.TaskModel);
                return;
            }
            cli.Terminal.Pairs(
            [
                ("id", task.Id), ("kind", task.Kind), ("target", task.Target), ("state", TaskText.State(task)),
                ("done", $"{task.Percent} %"),
                ("step", TaskText.Detail(task)), ("user", task.User), ("started", Times.Format(task.StartedAt)),
                ("ended", Times.Format(task.EndedAt)), ("fault", task.Fault?.Message ?? ""), ("hint", task.Fault?.Hint ?? ""),
                ("part of", task.Parent ?? ""), ("cancellable", task.Cancellable ? "yes" : ""),
                ("result", task.Result?.ToString() ?? ""),
            ]);
            foreach (var key in task.Fault?.Keys ?? [])
                cli.Terminal.Line($"key    {key.Provider}/{key.KeyId}: {FaultText.Reason(key.Reason)}");
        });
        return command;
    }
}
