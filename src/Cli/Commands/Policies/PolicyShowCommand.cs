using System.CommandLine;

namespace Lorica.Cli.Commands.Policies;

/// <summary><c>lorica policy show</c>.</summary>
internal static class PolicyShowCommand
{
    public static Command Create(CliContext cli)
    {
        var policy = PolicyCommand.Policy();
        var command = new Command("show", "Show a storage policy and its rules.") { policy };
        command.Examples(("what it demands", "lorica policy show \"VM Encryption Policy\""));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            PolicyText.Print(cli, await center.PolicyAsync(parsed.GetValue(policy)!, ct), parsed.GetValue(CommonOptions.Json));
        });
        return command;
    }
}
