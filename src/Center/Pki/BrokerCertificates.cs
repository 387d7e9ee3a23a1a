using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Trust;
using Lorica.ControlPlane.Providers;

namespace Lorica.Center.Pki;

/// <summary>
/// Certificates over the broker's own key, by the CA beside the center's own certificate: what a provider with the identity
/// <c>broker</c> shows to its KMS.
/// </summary>
internal sealed class BrokerCertificates(string folder, TimeProvider time) : IBrokerCertificates
{
    private const string CommonName = "lorica-broker";

    /// <inheritdoc />
    public string Issue(string requestPem, string pin)
    {
        PublicKey key;
        try
        {
            key = CertificateRequest.LoadSigningRequestPem(
                requestPem, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.Default).PublicKey;
            string spki = Convert.ToHexString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
            if (!spki.Equals(pin, StringComparison.OrdinalIgnoreCase))
            {
                throw new CryptographicException("It is of another key than the broker's.");
            }
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.brokerRequest", "broker",
                $"The broker's request for a certificate cannot be signed: {e.Message}",
                "Use a key of the provider's own: lorica kms renew NAME --csr FILE --new-key."), e);
        }

        using var authority = CertificateAuthority.Load(folder, time);
        using var certificate = authority.Issue(Roles.Broker, CommonName, key, client: true);
        return certificate.ExportCertificatePem() + "\n";
    }
}
