using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Inventory;

/// <summary><c>lorica datacenter</c>, <c>lorica cluster</c>, <c>lorica folder</c>.</summary>
internal static class ContainerCommand
{
    public static Command Create(CliContext cli, string kind, string description)
    {
        var command = new Command(kind, description) { Make(cli, kind), Rename(cli, kind), Remove(cli, kind) };
        if (kind != "datacenter")
            command.Add(Move(cli, kind));
        return command;
    }

    private static Command Make(CliContext cli, string kind)
    {
        var name = new Argument<string>("NAME") { Description = $"Name of the new {kind}." };
        var into = new Option<string?>("--in")
        {
            Description = kind == "folder"
                ? "Datacenter or folder, when there are several datacenters." : "Datacenter, when there are several.",
            HelpName = "PARENT",
        };
        var command = new Command("create", $"Make a {kind}.") { name };
        if (kind != "datacenter")
            command.Add(into);
        command.Examples((kind == "datacenter" ? "a second site" : "in the first datacenter",
            kind == "datacenter" ? "lorica datacenter create Berlin" : $"lorica {kind} create prod --in Datacenter"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var body = new CreateContainerBody(kind, parsed.GetValue(name)!, kind == "datacenter" ? null : parsed.GetValue(into));
            Show(cli, parsed, await center.CreateContainerAsync(body, ct));
        });
        return command;
    }

    private static Command Rename(CliContext cli, string kind)
    {
        var (which, name) = (Which(kind), new Argument<string>("NEW") { Description = "The new name." });
        var command = new Command("rename", $"Rename a {kind}.") { which, name };
        command.Examples(("by name", $"lorica {kind} rename prod live"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            Show(cli, parsed, await center.RenameContainerAsync(parsed.GetValue(which)!, parsed.GetValue(name)!, ct));
        });
        return command;
    }

    private static Command Move(CliContext cli, string kind)
    {
        var (which, to) = (Which(kind), new Argument<string>("PARENT") { Description = "Where to: name, id or path." });
        var command = new Command("move", $"Move a {kind} with all that is in it.") { which, to };
        command.Examples(("by path", $"lorica {kind} move Datacenter/prod Berlin"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            Show(cli, parsed, await center.MoveContainerAsync(parsed.GetValue(which)!, parsed.GetValue(to)!, ct));
        });
        return command;
    }

    private static Command Remove(CliContext cli, string kind)
    {
        var which = Which(kind);
        var command = new Command("rm", $"Delete a {kind} that is empty.") { which };
        command.Examples(("by path", $"lorica {kind} rm Datacenter/old"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            await center.DeleteContainerAsync(parsed.GetValue(which)!, ct);
            cli.Terminal.Note($"{parsed.GetValue(which)} is deleted.");
        });
        return command;
    }

    private static Argument<string> Which(string kind) =>
        new("WHICH") { Description = $"The {kind}: name, id or path (Datacenter/prod)." };

    private static void Show(CliContext cli, ParseResult parsed, ContainerModel container)
    {
        if (parsed.GetValue(CommonOptions.Json))
            cli.Terminal.Json(container, RestJson.Default.ContainerModel);
        else
            cli.Terminal.Line(container.Path);
    }
}
