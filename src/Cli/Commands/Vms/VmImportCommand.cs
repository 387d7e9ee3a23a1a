using System.CommandLine;
using Lorica.Cli.Import;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm import</c>.</summary>
internal static class VmImportCommand
{
    public static Command Create(CliContext cli)
    {
        var command = new Command("import",
            "Make a virtual machine from disk images: raw disks, block devices, or VMDKs. Only their data is sent. What an image "
            + "is is decided by its content; lorica disk info FILE shows it.");
        var options = new VmOptions().AddTo(command);
        var images = new Option<string[]>("--disk")
        {
            Description = "Image of a disk; repeat it for more disks, in order.", HelpName = "FILE", Required = true,
        };
        var noWait = CommonOptions.NoWait();
        var raw = new Option<bool>("--raw")
        {
            Description = "Take the bytes of every --disk as they are, whatever format they look like.",
        };
        command.Add(images);
        command.Add(raw);
        command.Add(noWait);
        command.Examples(
            ("a plain virtual machine from one image", "lorica vm import web1 --disk web1.vmdk --memory 1G"),
            ("encrypted from its first byte on the datastore",
                "lorica vm import web1 --disk web1.raw --policy \"VM Encryption Policy\""),
            ("from a logical volume", "lorica vm import web1 --disk /dev/vg1/web1"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var task = await new Importer(center, cli.Terminal).ImportAsync(
                options.Body(parsed, []), parsed.GetValue(images)!, parsed.GetValue(raw), options.Provisioning(parsed), ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
