using System.CommandLine;

namespace Lorica.Cli.Commands.Policies;

/// <summary><c>lorica policy</c>.</summary>
internal static class PolicyCommand
{
    public static Command Create(CliContext cli) => new("policy", "Storage policies: what decides about encryption.")
    {
        PolicyLsCommand.Create(cli),
        PolicyShowCommand.Create(cli),
        PolicyCreateCommand.Create(cli),
        PolicyCloneCommand.Create(cli),
        PolicyEditCommand.Create(cli),
        PolicyRmCommand.Create(cli),
        PolicyApplyCommand.Create(cli),
        PolicyReportCommand.Create(cli),
        PolicyCheckCommand.Create(cli),
    };

    public static Argument<string> Policy() => new("POLICY") { Description = "Storage policy, by name or id." };
}
