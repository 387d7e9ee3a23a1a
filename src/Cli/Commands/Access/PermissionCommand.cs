using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Access;

/// <summary><c>lorica permission</c>.</summary>
internal static class PermissionCommand
{
    public const string ObjectHelp = "root, vm:NAME, folder:NAME, host:NAME, cluster:NAME or datacenter:NAME.";

    public static Command Create(CliContext cli)
        => new("permission", "Who has which role where.") { List(cli), Grant(cli), Revoke(cli), Check(cli) };

    public static Option<string?> On(bool required) =>
        new("--on") { Description = ObjectHelp, HelpName = "OBJECT", Required = required };

    private static Option<string?> User() => new("--user") { Description = "The user.", HelpName = "USER" };

    private static Option<string?> Group() =>
        new("--group") { Description = "The group; instead of --user.", HelpName = "GROUP" };

    private static Command List(CliContext cli)
    {
        var on = On(required: false);
        var command = new Command("ls", "List permissions: one's own, and those that one may change.") { on };
        command.Examples(("all", "lorica permission ls"), ("set at one object itself", "lorica permission ls --on folder:prod"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var permissions = await center.PermissionsAsync(parsed.GetValue(on), ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(permissions, RestJson.Default.ListModelPermissionModel);
                return;
            }
            cli.Terminal.Table(["OBJECT", "WHO", "ROLE", "BELOW"], permissions.Items.Select(p => (string[])
            [
                p.Object.Kind == "root" ? "root" : $"{p.Object.Kind}:{p.Object.Name}", $"{p.PrincipalKind} {p.Principal}", p.Role,
                p.Propagate ? "yes" : "no",
            ]));
        });
        return command;
    }

    private static Command Grant(CliContext cli)
    {
        var (on, user, group) = (On(required: true), User(), Group());
        var role = new Option<string>("--role") { Description = "Name or id of the role.", HelpName = "ROLE", Required = true };
        var here = new Option<bool>("--no-propagate") { Description = "At the object only, not below it." };
        var command = new Command("grant", "Give a user or group a role at an object, instead of the one that it has there.")
        {
            user, group, role, on, here,
        };
        command.Examples(
            ("an administrator without encryption", "lorica permission grant --user bob --role NoCryptoAdmin --on root"),
            ("a group, at one folder and below", "lorica permission grant --group ops --role operator --on folder:prod"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var body = new GrantBody(
                parsed.GetValue(role)!, parsed.GetValue(on)!, parsed.GetValue(user), parsed.GetValue(group),
                !parsed.GetValue(here));
            var p = await center.GrantAsync(body, ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(p, RestJson.Default.PermissionModel);
            }
            else
            {
                cli.Terminal.Note($"{p.PrincipalKind} {p.Principal} has the role {p.Role} at "
                    + $"{p.Object.Name}{(p.Propagate ? " and below" : "")}.");
            }
        });
        return command;
    }

    private static Command Revoke(CliContext cli)
    {
        var (on, user, group) = (On(required: true), User(), Group());
        var command = new Command("revoke", "Take away the role that a user or group has at an object.") { user, group, on };
        command.Examples(("what bob has at the root", "lorica permission revoke --user bob --on root"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            await center.RevokeAsync(parsed.GetValue(user), parsed.GetValue(group), parsed.GetValue(on)!, ct);
            cli.Terminal.Note($"Revoked at {parsed.GetValue(on)}.");
        });
        return command;
    }

    private static Command Check(CliContext cli)
    {
        var (on, user) = (On(required: true), User());
        user.Description = "The user; without it oneself.";
        var privilege = new Argument<string?>("PRIVILEGE")
        {
            Description = "Ends with 6 when it is not held; without it all that are held are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("check", "What somebody holds at an object.") { privilege, user, on };
        command.Examples(
            ("everything that one holds there", "lorica permission check --on vm:web1"),
            ("one privilege of somebody, for a script", "lorica permission check Cryptographer.Decrypt --user bob --on vm:web1"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var held = await center.EffectiveAsync(parsed.GetValue(on)!, parsed.GetValue(user), ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(held, RestJson.Default.EffectiveModel);
            }
            else if (parsed.GetValue(privilege) is null)
            {
                foreach (string p in held.Privileges)
                    cli.Terminal.Line(p);
            }

            if (parsed.GetValue(privilege) is { } wanted && !held.Privileges.Contains(wanted))
            {
                throw new CliException(ExitCode.NoPermission, $"{held.User} does not hold {wanted} at {held.Object.Name}.",
                    $"Roles that hold it can be given: lorica permission grant --user {held.User} --role ROLE --on "
                        + $"{parsed.GetValue(on)}");
            }
        });
        return command;
    }
}
