using System.Security.Cryptography;
using System.Text.Json;
using Lorica.Center.Pki;
using Lorica.Contracts.Trust;
using Lorica.Platform.Trust;

namespace Lorica.Center.Hosting;

/// <summary>
/// <c>lorica-center issue --state DIR --role host|broker|kms --name CN --out FOLDER</c>: an identity for another node. The key is
/// made here and leaves no copy. A role <c>center</c> is never issued.
/// </summary>
internal static class IssueCommand
{
    private const int MaximumName = 64;

    /// <summary>Runs the command.</summary>
    public static int Run(string state, string role, string name, string folder, TimeProvider time)
    {
        if (role is not (Roles.Host or Roles.Broker or Roles.Kms))
        {
            throw new CommandException($"The role \"{role}\" is not issued. Use host, broker or kms.");
        }

        if (name.Length is 0 or > MaximumName || name.Any(char.IsControl))
        {
            throw new CommandException($"A name has 1 to {MaximumName} characters and no control characters.");
        }

        string pki = Path.Combine(Path.GetFullPath(state), "pki");
        if (!File.Exists(Path.Combine(pki, NodeFiles.CaKey)))
        {
            throw new CommandException($"{state} is not initialised. Run `lorica-center init --state {state}` first.");
        }

        foreach (string file in new[] { NodeFiles.Certificate, NodeFiles.Key, NodeFiles.Ca })
        {
            if (File.Exists(Path.Combine(folder, file)))
            {
                throw new CommandException($"{Path.Combine(folder, file)} exists. Nothing was changed.");
            }
        }

        NodeFiles.MakeFolder(folder);
        using var authority = CertificateAuthority.Load(pki, time);
        var (certificatePem, keyPem, certificate) = authority.Issue(role, name, client: role != Roles.Kms);
        using (certificate)
        {
            NodeFiles.WriteSecret(folder, NodeFiles.Key, keyPem);
            NodeFiles.WritePublic(folder, NodeFiles.Ca, authority.RootPem);
            NodeFiles.WritePublic(folder, NodeFiles.Certificate, certificatePem);
            NodeFiles.Settle(folder);
            var result = new IssueResult(
                Peer.PinOf(certificate), certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant());
            Console.Out.WriteLine(JsonSerializer.Serialize(result, StartJson.Default.IssueResult));
        }

        return 0;
    }
}
