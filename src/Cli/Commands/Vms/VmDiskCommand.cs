using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm disk</c>: all of it with the virtual machine powered off.</summary>
internal static class VmDiskCommand
{
    public static Command Create(CliContext cli) => new("disk", "Disks of a powered-off virtual machine.")
    {
        Add(cli), Attach(cli), Detach(cli), Remove(cli), Resize(cli),
    };

    private static Command Add(CliContext cli)
    {
        var size = CommonOptions.Size("--size", "Its size.", 0);
        size.Required = true;
        var provisioning = new Option<string?>("--provisioning")
        {
            Description = "How it takes space.", HelpName = "thin|lazyZeroed|eagerZeroed",
        };
        provisioning.AcceptOnlyFromAmong("thin", "lazyZeroed", "eagerZeroed");
        var (policy, label) = (Policy("Storage policy; that of VM home when left out."), LabelOption());
        var newKey = new Option<string?>("--new-key-from")
        {
            Description = "A new key of this provider (default: of the default one) in place of the virtual machine's.",
            HelpName = "PROVIDER",
        };
        var command = Command(cli, "add", "Add an empty disk.", [size, provisioning, policy, label, newKey],
            (parsed, center, vm, ct) => center.AddDiskAsync(vm, new AddDiskBody
            {
                Capacity = parsed.GetValue(size), Provisioning = parsed.GetValue(provisioning), Policy = parsed.GetValue(policy),
                Label = parsed.GetValue(label), NewKeyFrom = parsed.GetValue(newKey),
            }, ct));
        command.Examples(
            ("encrypted like the virtual machine", "lorica vm disk add web1 --size 20G"),
            ("under a key of its own", "lorica vm disk add web1 --size 20G --new-key-from default"));
        return command;
    }

    private static Command Attach(CliContext cli)
    {
        var path = new Argument<string>("PATH") { Description = "Its descriptor: \"[datastore] folder/file.vmdk\"." };
        var (policy, label) = (Policy("Storage policy; an encrypted disk needs one with an encryption rule."), LabelOption());
        var command = Command(cli, "attach", "Attach a disk that is there already.", [path, policy, label],
            (parsed, center, vm, ct) => center.AttachDiskAsync(vm, new AttachDiskBody
            {
                Path = parsed.GetValue(path)!, Policy = parsed.GetValue(policy), Label = parsed.GetValue(label),
            }, ct));
        command.Examples(
            ("an encrypted one", "lorica vm disk attach web1 \"[datastore1] old/old_1.vmdk\" --policy \"VM Encryption Policy\""),
            ("a plain one; set the policy afterwards to encrypt it",
                "lorica vm disk attach web1 \"[datastore1] data/data.vmdk\""));
        return command;
    }

    private static Command Detach(CliContext cli)
    {
        var label = Label();
        var command = Command(
            cli, "detach", "Detach a disk. Its files stay.", [label], (parsed, center, vm, ct) =>
                center.DetachDiskAsync(vm, parsed.GetValue(label)!, ct));
        command.Examples(("detach the second disk", "lorica vm disk detach web1 virtio0:1"));
        return command;
    }

    private static Command Remove(CliContext cli)
    {
        var label = Label();
        var command = Asking(cli, "rm", "Remove a disk and its files. Needs no key of the disk.", [label],
            async (parsed, center, vm, ct) =>
            await center.RemoveDiskAsync(vm, parsed.GetValue(label)!, ct));
        command.Examples(("a disk whose key is lost, so that the rest starts again", "lorica vm disk rm web1 virtio0:1"));
        return command;
    }

    private static Command Resize(CliContext cli)
    {
        var label = Label();
        var size = new Argument<string>("SIZE") { Description = "Its new size, such as 40G. A disk never becomes smaller." };
        var command = Command(cli, "resize", "Grow a disk.", [label, size], (parsed, center, vm, ct) =>
        {
            long bytes = Sizes.Parse(parsed.GetValue(size)!)
                ?? throw new CliException(ExitCode.Usage, $"{parsed.GetValue(size)} is no size.", "Write 512M or 40G.");
            return center.ResizeDiskAsync(vm, parsed.GetValue(label)!, new ResizeDiskBody(bytes), ct);
        });
        command.Examples(("to 40 GiB", "lorica vm disk resize web1 virtio0:0 40G"));
        return command;
    }

    private static Command Command(
        CliContext cli, string name, string description, Symbol[] symbols,
        Func<ParseResult, CenterClient, string, CancellationToken, Task<TaskModel>> ask) =>
        Asking(cli, name, description, symbols, async (parsed, center, vm, ct) => await ask(parsed, center, vm, ct));

    private static Command Asking(
        CliContext cli, string name, string description, Symbol[] symbols,
        Func<ParseResult, CenterClient, string, CancellationToken, Task<TaskModel?>> ask)
    {
        var (vm, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var command = new Command(name, description) { vm };
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        }
        command.Add(noWait);
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            if (await ask(parsed, center, parsed.GetValue(vm)!, ct) is { } task)
                await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }

    private static Argument<string> Label() => new("LABEL") { Description = "Its place, such as virtio0:1; see lorica vm show." };

    private static Option<string?> LabelOption() =>
        new("--label") { Description = "Its place; the next free one when left out.", HelpName = "LABEL" };

    private static Option<string?> Policy(string description) =>
        new("--policy") { Description = description, HelpName = "POLICY" };
}
