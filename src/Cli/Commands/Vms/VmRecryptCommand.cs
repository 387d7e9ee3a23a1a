using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm recrypt</c>.</summary>
internal static class VmRecryptCommand
{
    public static Command Create(CliContext cli)
    {
        var (name, noWait) = (CommonOptions.Vm(), CommonOptions.NoWait());
        var shallow = new Option<bool>("--shallow")
        {
            Description = "A new key from the KMS around the same data keys; the data is not touched.",
        };
        var deep = new Option<bool>("--deep")
        {
            Description = "New data keys too: all data is rewritten in place. Powered off; may be interrupted at any time.",
        };
        var home = new Option<bool>("--home")
        {
            Description = "Recrypt VM home (without --home and --disk: everything that is encrypted).",
        };
        var disks = new Option<string[]>("--disk") { Description = "Recrypt this disk; repeat it for more.", HelpName = "LABEL" };
        var key = KeyOptions.Create("a new one of the default provider");
        var force = new Option<bool>("--force")
        { Description = "Deep, although the start of a disk looks like nothing known." };
        var command = new Command(
            "recrypt", "Give a virtual machine new keys.") { name, shallow, deep, home, disks, key, force, noWait };
        command.Examples(
            ("rotate the key, in any power state", "lorica vm recrypt web1 --shallow"),
            ("new data keys too, data rewritten", "lorica vm recrypt web1 --deep"),
            ("one disk under a key of its own", "lorica vm recrypt web1 --shallow --disk virtio0:1 --key kms2"));
        command.SetAction(async (parsed, ct) =>
        {
            if (parsed.GetValue(shallow) == parsed.GetValue(deep))
                throw new CliException(ExitCode.Usage, "Which recrypt?", "lorica vm recrypt NAME --shallow (or --deep)");
            string[]? labels = parsed.GetValue(disks) is { Length: > 0 } named ? named : null;
            bool? withHome = parsed.GetValue(home) ? true : labels is null ? null : false;
            var body = new RecryptBody(
                parsed.GetValue(deep) ? "deep" : "shallow", withHome, withHome == true ? labels ?? [] : labels,
                parsed.GetValue(force), KeyOptions.Parse(parsed.GetValue(key)));
            using var center = cli.Center();
            var task = await center.RecryptAsync(parsed.GetValue(name)!, body, ct);
            await cli.HandleAsync(center, task, parsed.GetValue(noWait), parsed.GetValue(CommonOptions.Json), ct);
        });
        return command;
    }
}
