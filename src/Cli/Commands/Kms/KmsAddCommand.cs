using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Kms;

/// <summary><c>lorica kms add</c>: trust in both directions before anything is registered.</summary>
internal static class KmsAddCommand
{
    public static Command Create(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the provider; becomes part of every encrypted file." };
        var servers = new Option<string[]>("--server")
        {
            Description = "Server of the provider; several are replicas, tried in this order.", HelpName = "HOST[:PORT]",
            Required = true,
        };
        var options = new ProviderOptions();
        var command = new Command("add", "Register a key provider; the first becomes the default.") { name, servers };
        options.AddTo(command);
        command.Examples(
            ("the key server of lorica up; shows its certificate and asks", "lorica kms add default --server 127.0.0.1:5696"),
            ("from a script", "lorica kms add corp --server kms1 --server kms2 --accept 5e88…1d --accept 9f86…08"),
            ("with an identity from the KMS's administrator",
                "lorica kms add corp --server kms1 --client-cert lorica.crt --client-key lorica.key"),
            ("with an identity that the KMS's administrator signs", "lorica kms add corp --server kms1 --identity csr"));
        command.SetAction(async (parsed, ct) =>
        {
            options.Files(parsed);
            using var center = cli.Center();
            var models = await options.ServersAsync(parsed, cli, center, parsed.GetValue(servers)!, ct);
            byte[] binding = ProviderOptions.Binding(parsed.GetValue(name)!, models);
            var (identity, enc, blob) = await options.IdentityAsync(parsed, cli, center, binding, ct);
            var (credentialEnc, credential) = await options.CredentialAsync(parsed, cli, center, binding, ct);
            var body = new AddProviderBody(
                parsed.GetValue(name)!, models, identity ?? "broker", enc, blob, credentialEnc, credential,
                parsed.GetValue(options.Force) ? true : null);
            Done(cli, await center.AddProviderAsync(body, ct), parsed.GetValue(CommonOptions.Json));
        });
        return command;
    }

    private static void Done(CliContext cli, ProviderModel provider, bool json)
    {
        if (json)
            cli.Terminal.Json(provider, RestJson.Default.ProviderModel);
        cli.Terminal.Note($"Key provider {provider.Name} is registered{(provider.Default ? " and is the default" : "")}.");
        if (provider.Identity == "selfSigned")
        {
            cli.Terminal.Note($"Let the KMS trust our certificate {provider.ClientCertificateSha256}:");
            cli.Terminal.Note($"  lorica kms certificate {provider.Name} > lorica-client.pem");
        }
        if (provider.Identity == "csr")
        {
            cli.Terminal.Note("Have our certificate signed, then take it into use:");
            cli.Terminal.Note($"  lorica kms renew {provider.Name} --csr lorica.csr");
            cli.Terminal.Note($"  lorica kms renew {provider.Name} --cert lorica.crt");
        }
        cli.Terminal.Note($"Check it with: lorica kms status {provider.Name}");
    }
}
