using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm clone</c>.</summary>
internal static class VmCloneCommand
{
    public static Command Create(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var clone = new Argument<string>("NEW") { Description = "Name of the new virtual machine." };
        var datastore = new Option<string?>("--datastore")
        {
            Description = "Datastore; that of the source when left out.", HelpName = "NAME",
        };
        var policy = new Option<string?>("--policy")
        { Description = "Storage policy, by name or id; those of the source when left out.", HelpName = "POLICY" };
        var key = KeyOptions.Create("the keys of the source");
        var command = new Command("clone", "Make a full clone of a virtual machine that is off, with data keys of its own.")
        {
            name, clone, datastore, policy, key, noWait,
        };
        command.Examples(
            ("under the same key", "lorica vm clone web1 web2"),
            ("to another datastore, under a new key", "lorica vm clone web1 web2 --datastore fast --key kms1"),
            ("an encrypted clone of a plain one", "lorica vm clone web1 web2 --policy \"VM Encryption Policy\""));
        command.SetAction(async (parsed, ct) =>
        {
            var body = new CloneVmBody(
                parsed.GetValue(clone)!, parsed.GetValue(datastore), parsed.GetValue(policy),
                KeyOptions.Parse(parsed.GetValue(key)));
            using var center = cli.Center();
            var task = await center.CloneVmAsync(parsed.GetValue(name)!, body, ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
