using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Policies;

/// <summary><c>lorica policy edit</c>.</summary>
internal static class PolicyEditCommand
{
    public static Command Create(CliContext cli)
    {
        var policy = PolicyCommand.Policy();
        var name = new Option<string?>("--name") { Description = "A new name.", HelpName = "NAME" };
        var command = new Command(
            "edit", "Change a storage policy; what is not given stays. What has it becomes outOfDate when a rule changes.")
        {
            policy, name,
        };
        var options = new PolicyOptions().AddTo(command);
        command.Examples(
            ("as the original: console without crypto privileges", "lorica policy edit \"Our Encryption\" --strict off"),
            ("then bring the virtual machines up to date", "lorica policy apply \"Our Encryption\" web1 db1"));
        command.SetAction(async (parsed, ct) =>
        {
            var body = new EditPolicyBody(
                parsed.GetValue(name), options.Description(parsed), options.Encryption(parsed), options.Filters(parsed),
                options.Strict(parsed), options.Tags(parsed), options.Outage(parsed), options.After(parsed));
            if (body == new EditPolicyBody())
                throw new CliException(ExitCode.Usage, "Nothing to change was given.", "lorica policy edit --help");
            using var center = cli.Center();
            await center.PolicyAsync(parsed.GetValue(policy)!, ct);
            PolicyText.Print(
                cli, await center.EditPolicyAsync(parsed.GetValue(policy)!, body, ct), parsed.GetValue(CommonOptions.Json));
        });
        return command;
    }
}
