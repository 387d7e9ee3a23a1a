using Lorica.Cli.Output;
using Lorica.Cli.Rest;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Kms;

/// <summary>Shows a server's certificate to the person, and pins it only when they accept it, or named it beforehand.</summary>
internal sealed class ServerAcceptance(CliContext cli, CenterClient center)
{
    public async Task<ServerModel> AcceptAsync(
        ServerAddress address, IReadOnlyList<string> accepted, CancellationToken ct, string? proxy = null)
    {
        var shown = await center.ProbeAsync(address.Host, address.Port, proxy, ct);
        string fingerprint = Fingerprint.Parse(shown.Sha256);
        if (!accepted.Contains(fingerprint, StringComparer.Ordinal))
        {
            if (accepted.Count > 0)
            {
                throw new CliException(ExitCode.Refused, $"{address} shows a certificate that was not accepted: {fingerprint}.",
                    "Find out why before you accept it: somebody may stand between.");
            }
            await AskAsync(address, shown, fingerprint, ct);
        }
        return new ServerModel(address.Host, address.Port, fingerprint);
    }

    private async Task AskAsync(ServerAddress address, CertificateModel shown, string fingerprint, CancellationToken ct)
    {
        var terminal = cli.Terminal;
        terminal.Note($"{address} shows this certificate:");
        terminal.Note($"  subject  {shown.Subject}");
        terminal.Note($"  issuer   {shown.Issuer}");
        terminal.Note($"  valid    {Times.Day(shown.NotBefore)} to {Times.Day(shown.NotAfter)}");
        terminal.Note($"  SHA-256  {Fingerprint.ForEyes(fingerprint)}");
        if (await Confirm.AskAsync(cli, "Compare it with what the KMS's administrator told you.", ct))
            return;
        throw new CliException(ExitCode.Refused, $"The certificate of {address} was not accepted.",
            $"If it is the right one: --accept {fingerprint}");
    }
}
