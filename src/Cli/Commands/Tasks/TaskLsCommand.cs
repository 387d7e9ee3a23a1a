using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Tasks;

/// <summary><c>lorica task ls</c>.</summary>
internal static class TaskLsCommand
{
    public static Command Create(CliContext cli)
    {
        var state = new Option<string?>("--state") { Description = "Only tasks in this state." };
        state.AcceptOnlyFromAmong("queued", "running", "succeeded", "failed", "cancelled", "unfinished");
        var kind = new Option<string?>("--kind") { Description = "Only tasks of this kind, such as vm.encrypt." };
        var about = new Option<string?>("--object") { Description = "Only tasks about this object, by name or id." };
        var user = new Option<string?>("--user") { Description = "Only tasks that this person asked for." };
        var parent = new Option<string?>("--parent") { Description = "Only parts of this task." };
        var since = TimeOption.Create("--since", "Only tasks begun since", cli.Time);
        var until = TimeOption.Create("--until", "Only tasks begun before", cli.Time);
        var limit = new Option<int>("--limit") { Description = "At most so many.", DefaultValueFactory = _ => 200 };
        var cursor = new Option<string?>("--cursor") { Description = "Go on where a list with --json ended (its member next)." };
        var command = new Command(
            "ls", "List tasks, newest last.") { state, kind, about, user, parent, since, until, limit, cursor };
        command.Examples(
            ("what is under way", "lorica task ls --state unfinished"),
            ("what failed today, for one virtual machine", "lorica task ls --state failed --since 24h --object web1"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var tasks = await center.TasksAsync(ct, QueryText.Of(
                ("state", parsed.GetValue(state)), ("kind", parsed.GetValue(kind)), ("object", parsed.GetValue(about)),
                ("user", parsed.GetValue(user)), ("parent", parsed.GetValue(parent)),
                ("since", QueryText.Of(parsed.GetValue(since))), ("until", QueryText.Of(parsed.GetValue(until))),
                ("limit", QueryText.Of(parsed.GetValue(limit))), ("cursor", parsed.GetValue(cursor))));
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(tasks, RestJson.Default.ListModelTaskModel);
                return;
            }
            cli.Terminal.Table(["ID", "KIND", "TARGET", "STATE", "DONE", "USER", "STARTED"],
                tasks.Items.OrderBy(t => t.StartedAt).Select(t => (string[])
                    [t.Id, t.Kind, t.Target, TaskText.State(t), $"{t.Percent} %", t.User, Times.Format(t.StartedAt)]));
            if (tasks.Next is not null)
                cli.Terminal.Note("There are older ones: --limit, --until.");
        });
        return command;
    }
}
