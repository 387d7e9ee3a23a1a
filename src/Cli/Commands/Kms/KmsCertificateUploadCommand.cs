using System.CommandLine;
using Lorica.Cli.Files;
using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Kms;

/// <summary><c>lorica kms certificate upload</c>: the certificate that was signed for <c>kms csr</c>.</summary>
internal static class KmsCertificateUploadCommand
{
    private const int MaximumBytes = 64 * 1024;

    public static Command Create(CliContext cli)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the provider." };
        var file = new Argument<string>("FILE")
        {
            Description = "PEM certificate; signed for the request, or a renewed one over the same key.",
        };
        var force = new Option<bool>("--force")
        {
            Description = "Also when the KMS does not show the keys in use to it: they are then out of reach.",
        };
        var command = new Command("upload", "Take the signed client certificate into use, once the KMS shows it the keys in use.")
        {
            name, file, force,
        };
        command.Examples(("what the KMS's administrator sent back", "lorica kms certificate upload corp lorica.crt"));
        command.SetAction(async (parsed, ct) =>
        {
            using var center = cli.Center();
            var provider = await center.UploadCertificateAsync(
                parsed.GetValue(name)!, Read(parsed.GetValue(file)!), parsed.GetValue(force), ct);
            if (parsed.GetValue(CommonOptions.Json))
                cli.Terminal.Json(provider, RestJson.Default.ProviderModel);
            cli.Terminal.Note($"Key provider {provider.Name} uses certificate {provider.ClientCertificateSha256}, until "
                + $"{Times.Day(provider.ClientNotAfter)}.");
        });
        return command;
    }

    internal static string Read(string path)
    {
        using var pem = SecretFile.Read(path, MaximumBytes);
        string text = System.Text.Encoding.ASCII.GetString(pem.Span);
        return !text.Contains("PRIVATE KEY", StringComparison.Ordinal)
            ? text
            : throw new CliException(ExitCode.Usage, $"{path} holds a private key.",
                "Give the certificate alone; with a key it is: lorica kms renew NAME --cert FILE --key FILE");
    }
}
