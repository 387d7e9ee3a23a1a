using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Policies;

/// <summary><c>lorica policy create</c>.</summary>
internal static class PolicyCreateCommand
{
    public static Command Create(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the new policy." };
        var command = new Command("create", "Create a storage policy.") { name };
        var options = new PolicyOptions().AddTo(command);
        command.Examples(
            ("encrypted, on datastores tagged gold", "lorica policy create Gold --encryption on --tag gold"),
            ("powered off when its key is away for a day",
                "lorica policy create Careful --encryption on --outage shutDown --outage-after 1d"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var body = new CreatePolicyBody
            {
                Name = parsed.GetValue(name)!,
                Description = options.Description(parsed) ?? "",
                Encryption = options.Encryption(parsed) ?? false,
                AllowCleartextFilters = options.Filters(parsed) ?? false,
                Strict = options.Strict(parsed) ?? true,
                Tags = options.Tags(parsed) ?? [],
                OutageAction = options.Outage(parsed) ?? "keepRunning",
                OutageAfterSeconds = options.After(parsed) ?? 0,
            };
            PolicyText.Print(cli, await center.CreatePolicyAsync(body, ct), parsed.GetValue(CommonOptions.Json));
        });
        return command;
    }
}
