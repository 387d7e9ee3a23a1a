using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Kms;

/// <summary><c>lorica kms csr</c>: a request for a client certificate.</summary>
internal static class KmsCsrCommand
{
    public static Command Create(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the provider." };
        var newKey = new Option<bool>("--new-key")
        {
            Description = "Over a new key instead of the present one: the KMS must give it the keys first.",
        };
        var command = new Command(
            "csr", "Print a request for a client certificate (PKCS#10, PEM) over the present key, which never leaves the broker.")
        {
            name, newKey,
        };
        command.Examples(("have it signed", "lorica kms csr corp > lorica.csr"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var request = await center.RequestCertificateAsync(
                parsed.GetValue(name)!, parsed.GetValue(newKey), ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(request, RestJson.Default.PemBody);
            else
                cli.Terminal.Out.WriteLine(request.Pem.TrimEnd());
        });
        return command;
    }
}
