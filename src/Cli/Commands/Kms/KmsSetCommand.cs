using System.CommandLine;

namespace Lorica.Cli.Commands.Kms;

/// <summary><c>lorica kms set</c>.</summary>
internal static class KmsSetCommand
{
    public static Command Create(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the provider." };
        var runsIn = new Option<string>("--runs-in")
        {
            Description = "The virtual machine in which its KMS runs, or none: it is never encrypted with this provider's keys.",
            HelpName = "VM|none",
            Required = true,
        };
        var command = new Command("set", "Tell the center what it cannot find out about a key provider.") { name, runsIn };
        command.Examples(
            ("its KMS runs in a virtual machine here", "lorica kms set corp --runs-in kms1"),
            ("it has moved out", "lorica kms set corp --runs-in none"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var vm = parsed.GetValue(runsIn)!;
            await center.SetProviderRunsInAsync(parsed.GetValue(name)!, vm == "none" ? null : vm, ct);
        });
        return command;
    }
}
