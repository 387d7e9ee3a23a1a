using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Access;

/// <summary><c>lorica group</c>.</summary>
internal static class GroupCommand
{
    public static Command Create(CliContext cli)
        => new("group", "Groups of users.")
        {
            List(cli), Add(cli), Remove(cli),
            Member(cli, "add-member", "Put a user into a group.", add: true),
            Member(cli, "rm-member", "Take a user out of a group.", add: false),
        };

    private static Command List(CliContext cli)
    {
        var command = new Command("ls", "List groups; who may not manage people sees their own.");
        command.Examples(("who is in which group", "lorica group ls"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var groups = await center.GroupsAsync(ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(groups, RestJson.Default.ListModelGroupModel);
                return;
            }
            cli.Terminal.Table(["NAME", "MEMBERS", "DESCRIPTION"],
                groups.Items.Select(g => (string[])[g.Name, string.Join(", ", g.Members), g.Description]));
        });
        return command;
    }

    private static Command Add(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the group." };
        var description = new Option<string?>("--description") { Description = "What it is for.", HelpName = "TEXT" };
        var command = new Command("add", "Add a group without members.") { name, description };
        command.Examples(
            ("those who administer encryption", "lorica group add crypto-admins --description \"keys and policies\""));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var group = await center.AddGroupAsync(new AddGroupBody(parsed.GetValue(name)!, parsed.GetValue(description)), ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(group, RestJson.Default.GroupModel);
            else
                cli.Terminal.Note($"The group {group.Name} is there.");
        });
        return command;
    }

    private static Command Remove(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the group." };
        var command = new Command("rm", "Remove a group with its permissions.") { name };
        command.Examples(("one that nobody needs", "lorica group rm guests"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            await center.RemoveGroupAsync(parsed.GetValue(name)!, ct);
            cli.Terminal.Note($"The group {parsed.GetValue(name)} is removed.");
        });
        return command;
    }

    private static Command Member(CliContext cli, string verb, string description, bool add)
    {
        var group = new Argument<string>("GROUP") { Description = "Name of the group." };
        var user = new Argument<string>("USER") { Description = "Name of the user." };
        var command = new Command(verb, description) { group, user };
        command.Examples(("alice", $"lorica group {verb} crypto-admins alice"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var (g, u) = (parsed.GetValue(group)!, parsed.GetValue(user)!);
            await (add ? center.AddMemberAsync(g, u, ct) : center.RemoveMemberAsync(g, u, ct));
            cli.Terminal.Note(add ? $"{u} is in the group {g}." : $"{u} is no longer in the group {g}.");
        });
        return command;
    }
}
