using System.Security.Cryptography.X509Certificates;
using Lorica.Cli.Files;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Trust;
using Lorica.Crypto;

namespace Lorica.Cli.Commands.Kms;

/// <summary>
/// A client identity from files: certificate and key as PEM, sealed with HPKE to the broker's receive key, so that the center,
/// which carries the blob, cannot open it, nor use it for another provider or other servers. The key's bytes live in key memory
/// only.
/// </summary>
internal static class UploadedIdentity
{
    private const int MaximumBytes = 64 * 1024;

    public static async Task<(string Enc, string Sealed)> SealAsync(
        CliContext cli, CenterClient center, byte[] binding, string certificatePath, string keyPath, CancellationToken ct)
    {
        CheckCertificate(certificatePath);
        WarnWhenOthersRead(cli.Terminal, keyPath);
        var broker = await center.BrokerAsync(ct);
        byte[] receiver = ReceiveKey(broker.ReceiveKey);
        using var certificate = SecretFile.Read(certificatePath, MaximumBytes);
        using var key = SecretFile.Read(keyPath, MaximumBytes);
        CheckKey(key.Span, keyPath);
        using var both = KeyBuffer.Allocate(certificate.Length + 1 + key.Length);
        certificate.Span.CopyTo(both.Span);
        both.Span[certificate.Length] = (byte)'\n';
        key.Span.CopyTo(both.Span[(certificate.Length + 1)..]);
        var (enc, ciphertext) = HpkeSender.Seal(receiver, ProviderBinding.IdentityInfo, binding, both);
        return (Convert.ToBase64String(enc), Convert.ToBase64String(ciphertext));
    }

    private static void CheckCertificate(string path)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(path);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new CliException(ExitCode.Usage, $"{path} is no certificate: {e.Message}", inner: e);
        }
    }

    private static void CheckKey(ReadOnlySpan<byte> pem, string path)
    {
        if (pem.IndexOf("PRIVATE KEY-----"u8) < 0)
            throw new CliException(ExitCode.Usage, $"{path} is no PEM private key.");
        if (pem.IndexOf("ENCRYPTED"u8) >= 0)
        {
            throw new CliException(ExitCode.Usage, $"{path} is protected by a passphrase.",
                "Take the protection off into a file that only you can read, and remove it afterwards: openssl pkey -in "
                    + "FILE -out FILE2");
        }
    }

    internal static void WarnWhenOthersRead(Terminal terminal, string path)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        if (File.Exists(path) && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
            terminal.Note($"warning: others can read {path}; chmod 600 it.");
    }

    internal static byte[] ReceiveKey(string base64)
    {
        byte[] key = new byte[65];
        return Convert.TryFromBase64String(base64, key, out int length) && length == key.Length
            ? key
            : throw new CliException(ExitCode.Other, "The broker's receive key is malformed.");
    }
}
