using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Keys;

/// <summary><c>lorica key check</c>: exit code 4 when a key has a trouble.</summary>
internal static class KeyCheckCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command(
            "check", "Do the daily check now: every key on its KMS (right one, state, dates), every certificate; raises and "
                + "clears alarms.");
        command.Examples(("in a monitor: exit code 0 only when all is well", "lorica key check"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var keys = await center.CheckKeysAsync(ct);
            var ill = keys.Items.Where(k => k.Fault.Length > 0).ToList();
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(keys, RestJson.Default.ListModelKeyInfoModel);
            else if (ill.Count > 0)
                KeyText.Table(cli.Terminal, ill);
            cli.Terminal.Note($"{keys.Items.Count} keys checked, {ill.Count} with a trouble.");
            if (ill.Count > 0)
            {
                throw new CliException(
                    ExitCode.Refused, $"{ill.Count} of {keys.Items.Count} keys cannot be used.", "See: lorica key status KEY");
            }
        });
        return command;
    }
}
