using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Hosts;

/// <summary><c>lorica host show</c>.</summary>
internal static class HostShowCommand
{
    public static Command Create(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the host." };
        var command = new Command(
            "show", "Show a host: hardware AES, key memory, datastores, keys it holds (ids only).") { name };
        command.Examples(("is the processor's AES used", "lorica host show node1"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var host = await center.HostAsync(parsed.GetValue(name)!, ct);
            if (parsed.GetValue(CommonOptions.Json))
            {
                cli.Terminal.Json(host, RestJson.Default.HostModel);
                return;
            }
            cli.Terminal.Pairs(
            [
                ("name", host.Name), ("id", host.Id), ("address", host.Address),
                ("state", host.Maintenance ? $"{host.State}, maintenance" : host.State), ("why", host.Detail),
                ("version", host.Version), ("encryption mode", host.CryptoMode),
                ("hardware AES", host.HardwareAes ? "yes" : "NO: encryption is many times slower, and not constant in time"),
                ("XTS by", host.XtsBackend), ("key memory", host.KeyMemory),
                ("virtualisation", Virtualisation(host)),
            ]);
            if (host.Datastores.Count > 0)
            {
                cli.Terminal.Line();
                cli.Terminal.Table(["DATASTORE", "CAPACITY", "FREE", "PATH"],
                    host.Datastores.Select(d => (string[])[d.Name, Sizes.Format(d.Capacity), Sizes.Format(d.Free), d.Path]));
            }
            if (host.Keys.Count > 0)
            {
                cli.Terminal.Line();
                cli.Terminal.Table(["KEY HELD", "PROVIDER"], host.Keys.Select(k => (string[])[k.Id, k.Provider]));
            }
        });
        return command;
    }

    private static string Virtualisation(HostModel host) => host.Accelerator switch
    {
        "kvm" => "KVM",
        "kvmWithoutArchCapabilities" => $"KVM without arch-capabilities ({host.AcceleratorReason})",
        "emulation" => $"emulation, guests are slow: {host.AcceleratorReason}",
        _ => "unknown",
    };
}
