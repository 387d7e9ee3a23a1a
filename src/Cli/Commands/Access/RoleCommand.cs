using System.CommandLine;
using System.Globalization;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Access;

/// <summary><c>lorica role</c>.</summary>
internal static class RoleCommand
{
    public static Command Create(CliContext cli)
        => new("role", "Named sets of privileges.") { List(cli), Show(cli), Clone(cli), Set(cli), Remove(cli) };

    private static Argument<string> Name() => new("ROLE") { Description = "Name or id of the role." };

    private static Command List(CliContext cli)
    {
        var command = new Command("ls", "List roles, the built-in ones first.");
        command.Examples(("names and ids", "lorica role ls"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var roles = await center.RolesAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(roles, RestJson.Default.ListModelRoleModel);
                return;
            }
            cli.Terminal.Table(["ID", "NAME", "PRIVILEGES", "DESCRIPTION"], roles.Items.Select(r => (string[])
            [
                r.Id.ToString(CultureInfo.InvariantCulture), r.Name,
                r.Privileges.Count.ToString(CultureInfo.InvariantCulture), r.Description,
            ]));
        });
        return command;
    }

    private static Command Show(CliContext cli)
    {
        var name = Name();
        var command = new Command("show", "Show what a role holds, one privilege a line.") { name };
        command.Examples(("every privilege that there is", "lorica role show Admin"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            Print(cli, await center.RoleAsync(parsed.GetValue(name)!, ct), parsed.GetValue(CommonOptions.Json));
        });
        return command;
    }

    private static Command Clone(CliContext cli)
    {
        var source = Name();
        var name = new Argument<string>("NEW") { Description = "Name of the new role." };
        var description = new Option<string?>("--description") { Description = "What it is for.", HelpName = "TEXT" };
        var command = new Command("clone", "Make a role that holds what another holds.") { source, name, description };
        command.Examples(("then change it", "lorica role clone NoCryptoAdmin operator"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var body = new CloneRoleBody(parsed.GetValue(name)!, parsed.GetValue(description));
            var role = await center.CloneRoleAsync(parsed.GetValue(source)!, body, ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(role, RestJson.Default.RoleModel);
            else
                cli.Terminal.Note($"The role {role.Name} ({role.Id}) holds {role.Privileges.Count} privileges.");
        });
        return command;
    }

    private static Command Set(CliContext cli)
    {
        var name = Name();
        var only = Many("--privileges", "Holds exactly these from now on.");
        var add = Many("--add", "Holds these too.");
        var remove = Many("--remove", "Holds these no longer.");
        var command = new Command(
            "set", "Change what a role holds; built-in ones can only be cloned.") { name, only, add, remove };
        command.Examples(
            ("let operators use consoles of encrypted machines", "lorica role set operator --add Cryptographer.Access"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var body = new SetRoleBody(parsed.GetValue(only), parsed.GetValue(add), parsed.GetValue(remove));
            await center.RoleAsync(parsed.GetValue(name)!, ct);
            Print(cli, await center.SetRoleAsync(parsed.GetValue(name)!, body, ct), parsed.GetValue(CommonOptions.Json));
        });
        return command;
    }

    private static Command Remove(CliContext cli)
    {
        var name = Name();
        var command = new Command("rm", "Remove a role that no permission uses.") { name };
        command.Examples(("one that nobody has", "lorica role rm operator"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            await center.RemoveRoleAsync(parsed.GetValue(name)!, ct);
            cli.Terminal.Note($"The role {parsed.GetValue(name)} is removed.");
        });
        return command;
    }

    private static Option<string[]?> Many(string name, string description) => new(name)
    {
        Description = description, HelpName = "PRIVILEGE", AllowMultipleArgumentsPerToken = true,
    };

    private static void Print(CliContext cli, RoleModel role, bool json)
    {
        if (json)
        {
            cli.Terminal.Json(role, RestJson.Default.RoleModel);
            return;
        }
        foreach (string privilege in role.Privileges)
            cli.Terminal.Line(privilege);
    }
}
