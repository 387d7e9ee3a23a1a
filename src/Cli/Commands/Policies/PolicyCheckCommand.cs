using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Policies;

/// <summary><c>lorica policy check</c>: compliance, read from the files.</summary>
internal static class PolicyCheckCommand
{
    public static Command Create(CliContext cli)
    {
        var vm = new Argument<string?>("VM") { Description = "Virtual machine, by name or id.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "All virtual machines." };
        var command = new Command(
            "check", "Check compliance with storage policies in the files themselves, and show what differs.") { vm, all };
        command.Examples(
            ("one, disk by disk", "lorica policy check web1"),
            ("all; exit code 4 when one differs", "lorica policy check --all"));
        command.SetAction(async (parsed, ct) =>
        {
            string? named = parsed.GetValue(vm);
            if (named is null != parsed.GetValue(all))
                throw new CliException(ExitCode.Usage, "Check which virtual machine?", "Name one, or say --all.");
            using var center = cli.Center();
            bool json = parsed.GetValue(CommonOptions.Json);
            IReadOnlyList<ComplianceModel> found;
            if (named is not null)
            {
                var one = await center.ComplianceAsync(named, ct);
                if (json)
                    cli.Terminal.Json(one, RestJson.Default.ComplianceModel);
                found = [one];
            }
            else
            {
                var list = await center.ComplianceAsync(ct);
                if (json)
                    cli.Terminal.Json(list, RestJson.Default.ListModelComplianceModel);
                found = list.Items;
            }
            if (!json)
                Print(cli, found);
            if (found.FirstOrDefault(f => f.State is "nonCompliant" or "outOfDate") is { } bad)
            {
                throw new CliException(ExitCode.Refused, $"{bad.Vm} is {bad.State}.",
                    $"Apply its policy again: lorica vm policy set {bad.Vm} POLICY");
            }
        });
        return command;
    }

    private static void Print(CliContext cli, IReadOnlyList<ComplianceModel> found)
        => cli.Terminal.Table(["VM", "OBJECT", "COMPLIANCE", "POLICY", "DIFFERS"],
            found.SelectMany(
                f => f.Objects.Select(o => (string[])[f.Vm, o.Object, o.State, o.Policy.Name, string.Join(" ", o.Drift)])));
}
