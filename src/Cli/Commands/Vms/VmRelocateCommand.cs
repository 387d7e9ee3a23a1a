using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm relocate</c>.</summary>
internal static class VmRelocateCommand
{
    public static Command Create(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var datastore = new Option<string?>("--datastore")
        {
            Description = "Datastore; where it is when left out.", HelpName = "NAME",
        };
        var format = new Option<string?>("--disk-format")
        { Description = "How its disks take space; as they do when left out.", HelpName = "thin|lazy|eager" };
        format.AcceptOnlyFromAmong("thin", "lazy", "eager");
        var command = new Command("relocate", "Move a virtual machine that is off to another datastore or disk format.")
        {
            name, datastore, format, noWait,
        };
        command.Examples(
            ("ciphertext moves as ciphertext", "lorica vm relocate web1 --datastore fast"),
            ("every sector written", "lorica vm relocate web1 --datastore fast --disk-format eager"));
        command.SetAction(async (parsed, ct) =>
        {
            var body = new RelocateVmBody(parsed.GetValue(datastore), parsed.GetValue(format) switch
            {
                "lazy" => "lazyZeroed",
                "eager" => "eagerZeroed",
                var other => other,
            });
            using var center = cli.Center();
            var task = await center.RelocateVmAsync(parsed.GetValue(name)!, body, ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
