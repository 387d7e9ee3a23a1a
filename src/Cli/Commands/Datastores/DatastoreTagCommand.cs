using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Datastores;

/// <summary><c>lorica datastore tag</c>.</summary>
internal static class DatastoreTagCommand
{
    public static Command Create(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the datastore." };
        var tags = new Argument<string[]>("TAG")
        {
            Description = "Tags; these and no others. Without any: show what it has.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var none = new Option<bool>("--none") { Description = "Take all tags away." };
        var command = new Command(
            "tag", "Show or set the tags by which storage policies place virtual machines.") { name, tags, none };
        command.Examples(
            ("fast and encrypted only by policy Gold", "lorica datastore tag ssd1 gold fast"),
            ("which has it", "lorica datastore tag ssd1"));
        command.SetAction(async (parsed, ct) =>
        {
            string[] wanted = parsed.GetValue(tags) ?? [];
            if (parsed.GetValue(none) && wanted.Length > 0)
                throw new CliException(ExitCode.Usage, "Some tags, or none?", "lorica datastore tag --help");
            using var center = cli.Center();
            var has = parsed.GetValue(none) || wanted.Length > 0
                ? await center.SetDatastoreTagsAsync(parsed.GetValue(name)!, new TagsModel(wanted), ct)
                : await center.DatastoreTagsAsync(parsed.GetValue(name)!, ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(has, RestJson.Default.TagsModel);
                return;
            }
            foreach (string tag in has.Tags)
                cli.Terminal.Line(tag);
        });
        return command;
    }
}
