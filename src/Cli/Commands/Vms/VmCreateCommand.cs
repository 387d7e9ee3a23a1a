using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm create</c>.</summary>
internal static class VmCreateCommand
{
    private const long Sector = 512;

    public static Command Create(CliContext cli)
    {
        var command = new Command("create", "Make a virtual machine with empty disks.");
        var options = new VmOptions().AddTo(command);
        var sizes = new Option<string[]>("--size")
        {
            Description = "Size of a disk; repeat it for more disks, in order.", HelpName = "SIZE", Required = true,
        };
        var noWait = CommonOptions.NoWait();
        command.Add(sizes);
        command.Add(noWait);
        command.Examples(
            ("two disks, encrypted from the start",
                "lorica vm create db1 --size 10G --size 100G --memory 4G --policy \"VM Encryption Policy\""));
        command.SetAction(async (parsed, ct) =>
        {
            string provisioning = options.Provisioning(parsed);
            var disks = parsed.GetValue(sizes)!.Select(text => new CreateDiskBody(CapacityOf(text), provisioning)).ToList();
            using var center = cli.Center();
            var task = await center.CreateVmAsync(options.Body(parsed, disks), ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }

    private static long CapacityOf(string text)
    {
        long size = Sizes.Parse(text) ?? throw new CliException(ExitCode.Usage, $"{text} is no size.", "Write 512M or 10G.");
        return size % Sector == 0
            ? size
            : throw new CliException(
                ExitCode.Usage, $"A disk of {text} bytes has no whole number of sectors.", "Take a multiple of 512.");
    }
}
