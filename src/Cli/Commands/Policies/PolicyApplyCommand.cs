using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Policies;

/// <summary><c>lorica policy apply</c>: one policy to many virtual machines, with a report on each.</summary>
internal static class PolicyApplyCommand
{
    public static Command Create(CliContext cli)
    {
        var policy = PolicyCommand.Policy();
        var vms = new Argument<string[]>("VM")
        {
            Description = "Virtual machines, by name or id.", Arity = ArgumentArity.ZeroOrMore,
        };
        var folder = new Option<string?>("--folder")
        {
            Description = "All in this folder or datacenter and below it.", HelpName = "NAME",
        };
        var all = new Option<bool>("--all") { Description = "All virtual machines." };
        var home = new Option<bool>("--home") { Description = "To VM home (without --home and --disk: to everything)." };
        var disks = new Option<string[]>("--disk")
        {
            Description = "To this disk of each; repeat it for more.", HelpName = "LABEL",
        };
        var parallel = new Option<int>("--parallel")
        { Description = "Virtual machines at the same time, 1 to 32.", HelpName = "N", DefaultValueFactory = _ => 8 };
        var noWait = CommonOptions.NoWait();
        var command = new Command(
            "apply", "Apply a storage policy to many virtual machines; what one refuses does not stop the others.")
        {
            policy, vms, folder, all, home, disks, parallel, noWait,
        };
        command.Examples(
            ("these two", "lorica policy apply \"VM Encryption Policy\" web1 web2"),
            ("a whole folder", "lorica policy apply \"VM Encryption Policy\" --folder production"),
            ("what came of each, later", "lorica policy report TASK"));
        command.SetAction(async (parsed, ct) =>
        {
            string[]? named = parsed.GetValue(vms) is { Length: > 0 } given ? given : null;
            if ((named is null ? 0 : 1) + (parsed.GetValue(folder) is null ? 0 : 1) + (parsed.GetValue(all) ? 1 : 0) != 1)
            {
                throw new CliException(
                    ExitCode.Usage, "To which virtual machines?", "Name them, or say --folder NAME, or --all.");
            }

            string[]? labels = parsed.GetValue(disks) is { Length: > 0 } some ? some : null;
            bool? withHome = parsed.GetValue(home) ? true : labels is null ? null : false;
            var body = new ApplyPolicyBody(
                named, parsed.GetValue(folder), parsed.GetValue(all), withHome, withHome == true ? labels ?? [] : labels,
                parsed.GetValue(parallel));
            using var center = cli.Center();
            bool json = parsed.GetValue(CommonOptions.Json);
            var task = await center.ApplyPolicyAsync(parsed.GetValue(policy)!, body, ct);
            if (parsed.GetValue(noWait))
            {
                await cli.HandleAsync(center, task, noWait: true, json, ct);
                return;
            }
            task = await new TaskFollower(center, cli.Terminal, cli.Time).FollowAsync(task, ct);
            PolicyText.Print(cli, await center.PolicyReportAsync(task.Id, ct), json);
            if (task.State != "succeeded")
                throw CliContext.Failed(task);
        });
        return command;
    }
}
