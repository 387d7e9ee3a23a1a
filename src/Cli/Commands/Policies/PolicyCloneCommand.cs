using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Policies;

/// <summary><c>lorica policy clone</c>.</summary>
internal static class PolicyCloneCommand
{
    public static Command Create(CliContext cli)
    {
        var policy = PolicyCommand.Policy();
        var name = new Argument<string>("NAME") { Description = "Name of the copy." };
        var description = new Option<string?>("--description")
        {
            Description = "What it is for; that of the original when left out.", HelpName = "TEXT",
        };
        var command = new Command(
            "clone", "Make a storage policy with the rules of another, to edit it then.") { policy, name, description };
        command.Examples(("a built-in one cannot be edited, its clone can",
            "lorica policy clone \"VM Encryption Policy\" \"Our Encryption\""));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var body = new ClonePolicyBody(parsed.GetValue(name)!, parsed.GetValue(description));
            PolicyText.Print(
                cli, await center.ClonePolicyAsync(parsed.GetValue(policy)!, body, ct), parsed.GetValue(CommonOptions.Json));
        });
        return command;
    }
}
