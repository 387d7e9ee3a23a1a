using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Trust;
using Lorica.ControlPlane.Hosts;

namespace Lorica.Center.Pki;

/// <summary>Certificates of hosts that join, by the CA beside the center's own certificate.</summary>
internal sealed class HostCertificates(string folder, TimeProvider time) : IHostCertificates
{
    /// <inheritdoc />
    public (string CertificatePem, string CaPem) Issue(byte[] request, byte[] spki, string hostId)
    {
        PublicKey key;
        try
        {
            key = CertificateRequest.LoadSigningRequest(
                request, HashAlgorithmName.SHA256, out int read, CertificateRequestLoadOptions.Default).PublicKey;
            if (read != request.Length || !key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(spki))
            {
                throw new CryptographicException("It is of another key than the host's connection.");
            }
        }
        catch (CryptographicException e)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.joinRequest", hostId,
                $"The host's request for a certificate cannot be taken: {e.Message}", "See who answers at that address."), e);
        }

        using var authority = CertificateAuthority.Load(folder, time);
        using var certificate = authority.Issue(Roles.Host, hostId, key, client: true);
        return (certificate.ExportCertificatePem() + "\n", authority.RootPem);
    }
}
