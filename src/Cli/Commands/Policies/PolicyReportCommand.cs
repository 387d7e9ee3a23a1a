using System.CommandLine;

namespace Lorica.Cli.Commands.Policies;

/// <summary><c>lorica policy report</c>.</summary>
internal static class PolicyReportCommand
{
    public static Command Create(CliContext cli)
    {
        var task = new Argument<string>("TASK") { Description = "Id of the task that lorica policy apply began." };
        var command = new Command("report", "What applying a storage policy came to at each virtual machine.") { task };
        command.Examples(("which failed, and why", "lorica policy report 3f2c9f0e-6b1c-4f0a-9a57-0d6f2f1f8f11"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            PolicyText.Print(
                cli, await center.PolicyReportAsync(parsed.GetValue(task)!, ct), parsed.GetValue(CommonOptions.Json));
        });
        return command;
    }
}
