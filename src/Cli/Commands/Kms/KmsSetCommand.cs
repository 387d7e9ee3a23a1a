using System.CommandLine;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Kms;

/// <summary><c>lorica kms set</c>: servers and their order, identity, credential.</summary>
internal static class KmsSetCommand
{
    public static Command Create(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the provider." };
        var add = new Option<string[]>("--add-server") { Description = "One more server, tried last.", HelpName = "HOST[:PORT]" };
        var remove = new Option<string[]>("--remove-server") { Description = "A server to leave out.", HelpName = "HOST[:PORT]" };
        var order = new Option<string[]>("--order")
        {
            Description = "All servers in the order in which they are tried.", HelpName = "HOST[:PORT]",
        };
        var noCredential = new Option<bool>("--no-credential") { Description = "Forget user name and password." };
        var runsIn = new Option<string?>("--runs-in")
        {
            Description = "The virtual machine in which its KMS runs, or none: it is never encrypted with this provider's keys.",
            HelpName = "VM|none",
        };
        var options = new ProviderOptions();
        var command = new Command("set", "Change servers, identity or credential of a key provider, or say where its KMS runs.")
        {
            name, add, remove, order, noCredential, runsIn,
        };
        options.AddTo(command);
        command.Examples(
            ("one more replica; shows its certificate and asks", "lorica kms set corp --add-server kms3"),
            ("which is tried first", "lorica kms set corp --order kms2 --order kms1"),
            ("its KMS runs in a virtual machine here", "lorica kms set corp --runs-in kms1"),
            ("another way to sign in", "lorica kms set corp --user lorica --password-file kms.pass"));
        command.SetAction(async (parsed, ct) =>
        {
            options.Files(parsed);
            using var center = cli.Center();
            string wanted = parsed.GetValue(name)!;
            var provider = await center.ProviderAsync(wanted, ct);
            var servers = Ordered(Without(provider.Servers, parsed.GetValue(remove) ?? []), parsed.GetValue(order) ?? []);
            servers.AddRange(await options.ServersAsync(parsed, cli, center, parsed.GetValue(add) ?? [], ct));
            byte[] binding = ProviderOptions.Binding(wanted, servers);
            var (identity, enc, blob) = await options.IdentityAsync(parsed, cli, center, binding, ct);
            var (credentialEnc, credential) = await options.CredentialAsync(parsed, cli, center, binding, ct);
            var body = new EditProviderBody(
                servers.SequenceEqual(provider.Servers) ? null : servers, identity, enc, blob, null, credentialEnc, credential,
                parsed.GetValue(noCredential) ? true : null, parsed.GetValue(options.Force) ? true : null);
            string? vm = parsed.GetValue(runsIn);
            if (body == new EditProviderBody() && vm is null)
                throw new CliException(ExitCode.Usage, "Nothing to change was named.", "See: lorica kms set --help");
            if (body != new EditProviderBody())
                provider = await center.ChangeProviderAsync(wanted, body, ct);
            if (vm is not null)
                await center.SetProviderRunsInAsync(wanted, vm == "none" ? null : vm, ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(provider, RestJson.Default.ProviderModel);
            cli.Terminal.Note($"Key provider {wanted} is changed. Check it with: lorica kms status {wanted}");
        });
        return command;
    }

    private static List<ServerModel> Without(IReadOnlyList<ServerModel> servers, string[] removed)
    {
        var left = servers.ToList();
        foreach (var address in removed.Select(ServerAddress.Parse))
        {
            if (left.RemoveAll(s => s.Host == address.Host && s.Port == address.Port) == 0)
                throw new CliException(ExitCode.NotFound, $"The provider has no server {address}.");
        }
        return left;
    }

    private static List<ServerModel> Ordered(List<ServerModel> servers, string[] order)
    {
        if (order.Length == 0)
            return servers;
        var sorted = order.Select(ServerAddress.Parse).Select(a => servers.Find(s => s.Host == a.Host && s.Port == a.Port)
            ?? throw new CliException(ExitCode.NotFound, $"The provider has no server {a}.")).Distinct().ToList();
        return sorted.Count == servers.Count
            ? sorted
            : throw new CliException(ExitCode.Usage, "An order names every server.",
                $"They are: {string.Join(", ", servers.Select(s => $"{s.Host}:{s.Port}"))}");
    }
}
