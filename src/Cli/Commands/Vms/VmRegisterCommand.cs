using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm register</c>.</summary>
internal static class VmRegisterCommand
{
    public static Command Create(CliContext cli)
    {
        var path = new Argument<string>("PATH") { Description = "Its VMX file: \"[datastore] folder/file.vmx\"." };
        var host = new Option<string?>("--host")
        {
            Description = "Host; the first that sees the files when left out.", HelpName = "NAME",
        };
        var folder = new Option<string?>("--folder")
        {
            Description = "Folder or datacenter of the inventory.", HelpName = "NAME",
        };
        var older = new Option<bool>("--accept-older")
        { Description = "Accept files that are older than what is known of them, as from a backup." };
        var changed = new Option<bool>("--accept-changed")
        { Description = "Accept files under keys that are not known here, as after a recrypt elsewhere." };
        var fenced = new Option<bool>("--fenced")
        { Description = "The host that held it last is cut off from the datastore for good: take its lock over at once." };
        var noWait = CommonOptions.NoWait();
        var command = new Command("register", "Take a virtual machine into the inventory whose files are there already.")
        {
            path, host, folder, older, changed, fenced, noWait,
        };
        command.Examples(
            ("a virtual machine that was unregistered, or comes from elsewhere with the same KMS",
                "lorica vm register \"[datastore1] web1/web1.vmx\""),
            ("on a named host, in a folder", "lorica vm register \"[shared] db/db.vmx\" --host h2 --folder prod"));
        command.SetAction(async (parsed, ct) =>
        {
            var body = new RegisterVmBody
            {
                Path = parsed.GetValue(path)!, Host = parsed.GetValue(host), Folder = parsed.GetValue(folder),
                AcceptOlder = parsed.GetValue(older), AcceptChanged = parsed.GetValue(changed), Fenced = parsed.GetValue(fenced),
            };
            using var center = cli.Center();
            await cli.HandleAsync(
                center, await center.RegisterVmAsync(body, ct), parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
