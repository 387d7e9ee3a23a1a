using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Settings;

/// <summary><c>lorica setting</c>.</summary>
internal static class SettingCommand
{
    public static Command Create(CliContext cli)
        => new("setting", "Settings of the center: what it cannot find out by itself.") { List(cli), Set(cli), Remove(cli) };

    private static Command List(CliContext cli)
    {
        var command = new Command("ls", "List settings.");
        command.Examples(("which virtual machine runs the center", "lorica setting ls"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var settings = await center.SettingsAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(settings, RestJson.Default.ListModelSettingModel);
                return;
            }
            cli.Terminal.Table(["NAME", "VALUE"], settings.Items.Select(s => (string[])[s.Name, s.Value]));
        });
        return command;
    }

    private static Command Set(CliContext cli)
    {
        var name = Name();
        var value = new Argument<string>("VALUE") { Description = "Its value." };
        var command = new Command("set", "Set a setting.") { name, value };
        command.Examples(
            ("the center runs in this virtual machine: it is never encrypted", "lorica setting set center.runsIn lorica1"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            await center.SetSettingAsync(parsed.GetValue(name)!, parsed.GetValue(value)!, ct);
        });
        return command;
    }

    private static Command Remove(CliContext cli)
    {
        var name = Name();
        var command = new Command("rm", "Remove a setting.") { name };
        command.Examples(("the center has moved out", "lorica setting rm center.runsIn"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            await center.RemoveSettingAsync(parsed.GetValue(name)!, ct);
        });
        return command;
    }

    private static Argument<string> Name() =>
        new("NAME") { Description = "center.runsIn: the virtual machine that runs the center." };
}
