using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Tasks;

/// <summary><c>lorica task ls</c>.</summary>
internal static class TaskLsCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("ls", "List tasks, newest last.");
        command.Examples(("what is under way", "lorica task ls"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var tasks = await center.TasksAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(tasks, RestJson.Default.ListModelTaskModel);
                return;
            }
            cli.Terminal.Table(["ID", "KIND", "TARGET", "STATE", "DONE", "USER", "STARTED"],
                tasks.Items.OrderBy(t => t.StartedAt).Select(t => (string[])
                    [t.Id, t.Kind, t.Target, t.State, $"{t.Percent} %", t.User, Times.Format(t.StartedAt)]));
        });
        return command;
    }
}
