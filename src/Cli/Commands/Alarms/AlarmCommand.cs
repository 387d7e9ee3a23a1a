using System.CommandLine;
using System.Globalization;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Alarms;

/// <summary><c>lorica alarm</c>.</summary>
internal static class AlarmCommand
{
    public static Command Create(CliContext cli)
        => new("alarm", "Alarms: what is wrong now, and what was.") { Ls(cli), Ack(cli) };

    private static Command Ls(CliContext cli)
    {
        var history = new Option<bool>("--history") { Description = "Also those that are over." };
        var about = new Option<string?>("--object") { Description = "Only alarms about this object, by name or id." };
        var alarm = new Option<string?>("--alarm") { Description = "Only this alarm, such as vm.locked." };
        var limit = new Option<int>("--limit") { Description = "At most so many.", DefaultValueFactory = _ => 200 };
        var command = new Command("ls", "List alarms that are raised, newest last.") { history, about, alarm, limit };
        command.Examples(
            ("what is wrong", "lorica alarm ls"),
            ("for a monitor: fails when something is wrong", "lorica alarm ls --json | jq -e '.items == []'"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var alarms = await center.AlarmsAsync(QueryText.Of(
                ("history", parsed.GetValue(history) ? "true" : null), ("object", parsed.GetValue(about)),
                ("alarm", parsed.GetValue(alarm)), ("limit", QueryText.Of(parsed.GetValue(limit)))), ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(alarms, RestJson.Default.ListModelAlarmModel);
                return;
            }
            cli.Terminal.Table(["NUMBER", "ALARM", "OBJECT", "SEVERITY", "RAISED", "CLEARED", "SEEN BY", "MESSAGE"],
                alarms.Items.OrderBy(a => a.Number).Select(a => (string[])
                [
                    a.Number.ToString(CultureInfo.InvariantCulture), a.Alarm, a.Object, a.Severity, Times.Format(a.RaisedAt),
                    Times.Format(a.ClearedAt), a.AcknowledgedBy ?? "", a.Message,
                ]));
        });
        return command;
    }

    private static Command Ack(CliContext cli)
    {
        var number = new Argument<long>("NUMBER") { Description = "Number of the alarm, as `lorica alarm ls` shows it." };
        var command = new Command("ack", "Say that you have seen an alarm; it stays until it is over.") { number };
        command.Examples(("I look after it", "lorica alarm ack 12"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var alarm = await center.AcknowledgeAlarmAsync(parsed.GetValue(number), ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(alarm, RestJson.Default.AlarmModel);
        });
        return command;
    }
}
