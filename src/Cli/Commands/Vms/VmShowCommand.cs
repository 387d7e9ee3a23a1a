using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary><c>lorica vm show</c>.</summary>
internal static class VmShowCommand
{
    public static Command Create(CliContext cli)
    {
        var name = CommonOptions.Vm();
        var command = new Command("show", "Show a virtual machine: encryption, key id, policy, compliance, disks.") { name };
        command.Examples(
            ("is it encrypted, and under which key", "lorica vm show web1"),
            ("only the key id", "lorica vm show web1 --json | jq -r .key.id"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var vm = await center.VmAsync(parsed.GetValue(name)!, ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(vm, RestJson.Default.VmModel);
            else
                Print(cli.Terminal, vm);
        });
        return command;
    }

    private static void Print(Terminal terminal, VmModel vm)
    {
        terminal.Pairs(
        [
            ("name", vm.Name), ("id", vm.Id), ("power", VmText.Power(vm)), ("host", vm.Host),
            ("folder", vm.Folder), ("path", vm.Path), ("lock", vm.LockHolder ?? "nobody"),
            ("hardware", $"{vm.Cpus} cpu, {vm.MemoryMib} MiB"), ("encrypted", vm.Encrypted ? "yes" : "no"),
            ("key", VmText.Key(vm.Key)), ("policy", vm.Policy.Name), ("compliance", vm.Compliance),
            ("state", vm.CryptoState), ("task", vm.Task ?? ""),
        ]);
        foreach (var key in vm.LockedKeys)
            terminal.Line($"  missing key {key.Provider}/{key.KeyId}: {FaultText.Reason(key.Reason)}{Detail(key.Detail)}");
        foreach (string drift in vm.Drift.Concat(vm.Disks.SelectMany(d => d.Drift)).Distinct(StringComparer.Ordinal))
            terminal.Line($"  differs: {drift}");
        if (vm.Guest is "ioError" or "paused" && vm.GuestDetail is { } why)
            terminal.Line($"GUEST: {why}");
        if (vm.Unreadable is { } unreadable)
            terminal.Line($"UNREADABLE, shown as last seen: {unreadable.Message} {unreadable.Hint}".TrimEnd());
        if (vm.Suspect is { } suspect)
            terminal.Line($"SUSPECT: {suspect.Message} {suspect.Hint}".TrimEnd());
        terminal.Line();
        terminal.Table(["DISK", "CAPACITY", "USED", "ENCRYPTED", "POLICY", "COMPLIANCE", "KEY", "PATH"],
            vm.Disks.Select(d => (string[])
            [
                d.Label, Sizes.Format(d.Capacity), Sizes.Format(d.Used), d.Encrypted ? "yes" : "no", d.Policy.Name, d.Compliance,
                VmText.Key(d.Key), d.Path,
            ]));
        foreach (var disk in vm.Disks.Where(d => d.Suspect is not null))
            terminal.Line($"SUSPECT {disk.Label}: {disk.Suspect!.Message} {disk.Suspect.Hint}".TrimEnd());
    }

    private static string Detail(string? detail) => string.IsNullOrEmpty(detail) ? "" : $" ({detail})";
}
