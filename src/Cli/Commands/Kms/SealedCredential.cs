using System.Text;
using Lorica.Cli.Files;
using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Trust;
using Lorica.Crypto;

namespace Lorica.Cli.Commands.Kms;

/// <summary>
/// A user name and the password from a file, sealed with HPKE to the broker's receive key for one provider and its servers; the
/// center cannot open it, nor have it sent to a server that the person did not accept.
/// </summary>
internal static class SealedCredential
{
    private const int Maximum = 1024;

    public static async Task<(string Enc, string Sealed)> SealAsync(
        CliContext cli, CenterClient center, byte[] binding, string user, string passwordFile, CancellationToken ct)
    {
        byte[] name = Encoding.UTF8.GetBytes(user);
        if (name.Length is 0 or > Maximum || user.Any(char.IsControl))
            throw new CliException(ExitCode.Usage, "A user name has 1 to 1024 bytes and no control characters.");
        UploadedIdentity.WarnWhenOthersRead(cli.Terminal, passwordFile);
        byte[] receiver = UploadedIdentity.ReceiveKey((await center.BrokerAsync(ct)).ReceiveKey);
        using var password = SecretFile.Read(passwordFile, Maximum + 1);
        int length = password.Span[^1] == (byte)'\n' ? password.Length - 1 : password.Length;
        using var both = KeyBuffer.Allocate(name.Length + 1 + length);
        name.CopyTo(both.Span);
        both.Span[name.Length] = (byte)'\n';
        password.Span[..length].CopyTo(both.Span[(name.Length + 1)..]);
        var (enc, ciphertext) = HpkeSender.Seal(receiver, ProviderBinding.CredentialInfo, binding, both);
        return (Convert.ToBase64String(enc), Convert.ToBase64String(ciphertext));
    }
}
