using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Keys;

/// <summary><c>lorica key show</c> (what the center knows) and <c>lorica key status</c> (what the KMS says now).</summary>
internal static class KeyShowCommand
{
    public static Command Create(CliContext cli, bool live)
    {
        var key = KeyName.Argument();
        var command = live
            ? new Command("status", "Ask the KMS for a key now: whether it is there, the right one, its state and dates.") { key }
            : new Command("show", "Show a key: its users, and what the last check found.") { key };
        command.Examples(live
            ? ("exit code 0 only when it can be used", "lorica key status corp/3f6c")
            : ("who uses it", "lorica key show corp/3f6c"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var name = KeyName.Parse(parsed.GetValue(key)!);
            var model = await center.KeyAsync(name.Provider, name.Id, live, ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(model, RestJson.Default.KeyInfoModel);
            else
                KeyText.Show(cli.Terminal, model);
            if (live && model.Fault.Length > 0)
                throw new CliException(ExitCode.Unreachable, $"Key {name} cannot be used: {FaultText.Reason(model.Fault)}.");
        });
        return command;
    }
}
