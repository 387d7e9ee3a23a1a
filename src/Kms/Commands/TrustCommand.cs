using System.Security.Cryptography.X509Certificates;
using Lorica.Kmip;
using Lorica.Kms.Store;
using Lorica.Kms.Trust;

namespace Lorica.Kms.Commands;

/// <summary>Pins, lists and removes client certificates; a running server sees the change at the next handshake.</summary>
internal static class TrustCommand
{
    public static int Run(Arguments args, TextWriter output)
    {
        var clients = new PinnedClients(StateFolder.Open(args.Need("--state")).Trust);
        switch (args.Words)
        {
            case ["add", var file]:
                args.Only(2, "--state");
                using (var added = clients.Add(file))
                {
                    Line(output, added);
                }

                return 0;
            case ["ls"]:
                args.Only(1, "--state");
                foreach (var certificate in clients.List())
                {
                    Line(output, certificate);
                    certificate.Dispose();
                }

                return 0;
            case ["rm", var fingerprint]:
                args.Only(2, "--state");
                output.WriteLine($"{clients.Remove(fingerprint)} removed");
                return 0;
            default:
                throw new KmsException(
                    KmsErrorKind.Usage, "trust add FILE.pem, trust ls, or trust rm FINGERPRINT", "see: lorica-kms --help");
        }
    }

    private static void Line(TextWriter output, X509Certificate2 certificate) => output.WriteLine(
        $"{PinnedClients.Fingerprint(certificate)}  until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}  "
            + $"{PrintableText.Escape(certificate.Subject, 200)}");
}
