using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Lorica.Broker.Providers;
using Lorica.Broker.Start;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;

namespace Lorica.Broker.Service;

/// <summary>
/// Client certificates that somebody else signs.
/// <code>
/// RequestCertificate: a new key, kept aside ──► (the KMS's administrator signs the request) ──► InstallCertificate: key and
/// certificate become the identity. Until then the identity in use stays in use; the same request is given again.
/// </code>
/// </summary>
internal sealed partial class KeyBrokerService
{
    private const int MaximumCertificate = 64 * 1024;

    public override Task<RequestCertificateReply> RequestCertificate(ProviderRequest request, ServerCallContext context)
    {
        var entry = providers.Get(request.Name);
        if (entry.SealedRequestedKey is not { Length: > 0 })
        {
            using var made = Providers.ClientCertificate.NewKey();
            entry = entry with { SealedRequestedKey = seal.Seal(ProviderStore.RequestedKeyOf(entry.Name), made) };
            providers.Save(entry);
        }

        using var key = seal.Unseal(ProviderStore.RequestedKeyOf(entry.Name), entry.SealedRequestedKey!);
        return Task.FromResult(new RequestCertificateReply { Pem = Providers.ClientCertificate.RequestPem(entry.Name, key) });
    }

    public override Task<ProviderDescription> InstallCertificate(InstallCertificateRequest request, ServerCallContext context)
    {
        var entry = providers.Get(request.Name);
        var pem = CheckCertificate(request);
        if (entry.SealedRequestedKey is { Length: > 0 } requested)
        {
            using var key = seal.Unseal(ProviderStore.RequestedKeyOf(entry.Name), requested);
            using var pair = Providers.ClientCertificate.Pair(pem, key);
            if (pair is not null)
                return Task.FromResult(Installed(Sealed(entry, ProviderStore.Requested, pair)));
        }

        if (entry.SealedIdentity is { Length: > 0 } present)
        {
            // A renewed certificate over the key that is in use: whatever else was requested goes on.
            using var old = seal.Unseal(entry.Name, present);
            using var pair = Providers.ClientCertificate.Pair(pem, old);
            if (pair is not null)
            {
                return Task.FromResult(Installed(
                    Sealed(entry, entry.Identity, pair) with { SealedRequestedKey = entry.SealedRequestedKey }));
            }
        }

        throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.certificateOfAnotherKey", request.Name,
            $"The certificate is for another key than the one that {request.Name} asked a certificate for.",
            $"Have this request signed: lorica kms csr {request.Name}"));
    }

    private ProviderDescription Installed(ProviderEntry entry)
    {
        providers.Save(entry);
        log.CertificateInstalled(entry.Name);
        return Describe(entry);
    }

    private string CheckCertificate(InstallCertificateRequest request)
    {
        if (request.CertificatePem.Length > MaximumCertificate || !request.CertificatePem.All(char.IsAscii))
            throw Argument(request.Name, "A certificate is PEM of at most 64 KiB.");
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(request.CertificatePem);
            if (certificate.NotAfter.ToUniversalTime() <= time.GetUtcNow().UtcDateTime)
                throw Argument(request.Name, $"The certificate ended on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}.");
            return certificate.ExportCertificatePem();
        }
        catch (CryptographicException)
        {
            throw Argument(request.Name, "That is no PEM certificate.");
        }
    }
}
