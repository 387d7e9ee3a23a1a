using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Contracts.Trust;
using Lorica.Platform.Trust;

namespace Lorica.Host.Keys;

/// <summary>Who this host is, and which center it obeys.</summary>
internal sealed class HostIdentity
{
    public HostIdentity(string id, NodeIdentity node, string centerPin)
    {
        Id = id;
        Certificate = node.Certificate;
        if (Peer.RoleOf(Certificate) != Roles.Host)
        {
            throw new InvalidOperationException(
                $"The certificate is no host's: its organizational unit is '{Peer.RoleOf(Certificate)}'.");
        }

        Spki = Certificate.PublicKey.ExportSubjectPublicKeyInfo();
        SpkiSha256 = SHA256.HashData(Spki);
        CenterSpkiSha256 = Convert.FromHexString(centerPin);
        if (CenterSpkiSha256.Length != SHA256.HashSizeInBytes)
            throw new InvalidOperationException("The pin of the center is no SHA-256.");
        Center = new Peer(node.Ca, Roles.Center, centerPin.ToLowerInvariant());
    }

    public string Id { get; }

    public X509Certificate2 Certificate { get; }

    public Peer Center { get; }

    public byte[] Spki { get; }

    public byte[] SpkiSha256 { get; }

    public byte[] CenterSpkiSha256 { get; }

    /// <summary>ECDSA P-256, SHA-256, DER, with the certificate's key.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        using var key = Certificate.GetECDsaPrivateKey()
            ?? throw new InvalidOperationException("The host's certificate has no ECDSA key.");
        return key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }
}
