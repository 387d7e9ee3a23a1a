using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Kms;

/// <summary><c>lorica kms certificate</c>: the client certificate, for the KMS to trust.</summary>
internal static class KmsCertificateCommand
{
    public static Command Create(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the provider." };
        var command = new Command("certificate", "Print the client certificate that the KMS must trust (PEM).")
        {
            name, KmsCertificateUploadCommand.Create(cli),
        };
        command.Examples(("give it to the KMS", "lorica kms certificate corp > lorica-client.pem"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            string wanted = parsed.GetValue(name)!;
            var provider = await center.ProviderAsync(wanted, ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(provider, RestJson.Default.ProviderModel);
            else
                cli.Terminal.Out.WriteLine(provider.ClientCertificatePem.TrimEnd());
        });
        return command;
    }
}
