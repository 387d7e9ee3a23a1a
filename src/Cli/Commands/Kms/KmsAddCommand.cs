using System.CommandLine;
using Lorica.Cli.Output;
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
        var accept = new Option<string[]>("--accept")
        {
            Description = "SHA-256 of the server certificate to accept; asked for on a terminal.", HelpName = "SHA256",
        };
        var identity = new Option<string>("--identity")
        {
            Description = "Who we are to the KMS: a certificate of the center's CA, or a self-signed one.",
            DefaultValueFactory = _ => "broker", HelpName = "broker|self-signed",
        };
        identity.AcceptOnlyFromAmong("broker", "self-signed");
        var certificate = new Option<string?>("--client-cert")
        {
            Description = "PEM client certificate that the KMS's administrator gave out.", HelpName = "FILE",
        };
        var key = new Option<string?>("--client-key")
        {
            Description = "Its PEM private key; sealed here for the broker alone.", HelpName = "FILE",
        };
        var command = new Command("add", "Register a key provider; the first becomes the default.")
        {
            name, servers, accept, identity, certificate, key,
        };
        command.Examples(
            ("the key server of lorica up; shows its certificate and asks", "lorica kms add default --server 127.0.0.1:5696"),
            ("from a script", "lorica kms add corp --server kms1 --server kms2 --accept 5e88…1d --accept 9f86…08"),
            ("with an identity from the KMS's administrator",
                "lorica kms add corp --server kms1 --client-cert lorica.crt --client-key lorica.key"));
        command.SetAction(async (parsed, ct) =>
        {
            var addresses = parsed.GetValue(servers)!.Select(ServerAddress.Parse).ToList();
            var accepted = (parsed.GetValue(accept) ?? []).Select(Fingerprint.Parse).ToList();
            var (cert, secret) = (parsed.GetValue(certificate), parsed.GetValue(key));
            if (cert is null != secret is null)
                throw new CliException(ExitCode.Usage, "--client-cert and --client-key go together.");
            using var center = cli.Center();
            var trust = new ServerAcceptance(cli, center);
            var models = new List<ServerModel>();
            foreach (var address in addresses)
                models.Add(await trust.AcceptAsync(address, accepted, ct));
            var body = new AddProviderBody(parsed.GetValue(name)!, models,
                parsed.GetValue(identity) == "self-signed" ? "selfSigned" : "broker");
            if (cert is not null)
                body = await UploadedIdentity.SealAsync(cli, center, body, cert, secret!, ct);
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
        cli.Terminal.Note($"Check it with: lorica kms status {provider.Name}");
    }
}
