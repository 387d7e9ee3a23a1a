using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Lorica.Broker.Hosting;
using Lorica.Broker.Providers;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Trust;
using Lorica.Crypto;
using Lorica.Platform.Trust;

namespace Lorica.Broker.Service;

/// <summary>
/// Client certificates: requested and signed by somebody else, renewed, put back.
/// <code>
/// RequestCertificate: over the present key, or over a new one that is kept aside ──► (the KMS's administrator signs)
///   ──► InstallCertificate: proven, it becomes the identity
/// RenewIdentity:      self-signed: a new certificate over the present key; uploaded: what came. Proven, it becomes the identity
/// RestoreIdentity:    the former identity and the one in use change places, proven
/// </code>
/// Until then the identity in use stays in use; a crash at any step leaves it there.
/// </summary>
internal sealed partial class KeyBrokerService
{
    private const int MaximumCertificate = 64 * 1024;

    public override Task<ProviderDescription> DescribeProvider(ProviderRequest request, ServerCallContext context) =>
        Task.FromResult(Describe(providers.Get(request.Name)));

    public override async Task<RequestCertificateReply> RequestCertificate(
        RequestCertificateRequest request, ServerCallContext context)
    {
        using var alone = await identities.AloneAsync(context.CancellationToken);
        var entry = providers.Get(request.Name);
        using var pem = request.NewKey ? null : PresentKey(entry);
        if (pem is not null)
        {
            return new RequestCertificateReply { Pem = Providers.ClientCertificate.RequestPem(entry.Name, pem) };
        }

        if (entry.Identity == ProviderStore.BrokerCertificate && !request.NewKey)
        {
            using var own = OwnKey();
            return new RequestCertificateReply { Pem = Providers.ClientCertificate.RequestPem(entry.Name, own) };
        }

        if (entry.SealedRequestedKey is { Length: > 0 } before)
        {
            try
            {
                using var requested = providers.Unseal(entry, SealPurpose.RequestedKey, before);
                return new RequestCertificateReply { Pem = Providers.ClientCertificate.RequestPem(entry.Name, requested) };
            }
            catch (CryptographicException)
            {
                // A certificate over it could never be used: another key is made.
                log.SealedUnreadable(entry.Name, SealPurpose.RequestedKey);
            }
        }

        using var made = Providers.ClientCertificate.NewKey();
        byte[] blob = providers.Seal(entry, SealPurpose.RequestedKey, made);
        providers.Update(entry.Name, e => e with { SealedRequestedKey = blob });
        return new RequestCertificateReply { Pem = Providers.ClientCertificate.RequestPem(entry.Name, made) };
    }

    public override async Task<ProviderDescription> InstallCertificate(
        InstallCertificateRequest request, ServerCallContext context)
    {
        using var alone = await identities.AloneAsync(context.CancellationToken);
        var entry = providers.Get(request.Name);
        string pem = CheckCertificate(request);
        using (var pair = Paired(entry, SealPurpose.RequestedKey, entry.SealedRequestedKey, pem))
        {
            if (pair is not null)
            {
                var candidate = identities.With(entry, ProviderStore.Requested, pair) with { SealedRequestedKey = null };
                return await InstalledAsync(entry, candidate, request.Proof, context.CancellationToken);
            }
        }

        // Over the key that is in use: whatever else was requested goes on.
        using (var pair = Paired(entry, SealPurpose.Identity, entry.SealedIdentity, pem))
        {
            if (pair is not null)
            {
                return await InstalledAsync(
                    entry, identities.With(entry, KindOver(entry, pem), pair), request.Proof, context.CancellationToken);
            }
        }

        if (entry.Identity == ProviderStore.BrokerCertificate)
        {
            using var own = OwnKey();
            using var pair = Providers.ClientCertificate.Pair(pem, own);
            if (pair is not null)
            {
                return await InstalledAsync(
                    entry, identities.With(entry, KindOver(entry, pem), pair), request.Proof, context.CancellationToken);
            }
        }

        throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.certificateOfAnotherKey", request.Name,
            $"The certificate is for another key than the one that {request.Name} asked a certificate for.",
            $"Have this request signed: lorica kms renew {request.Name} --csr FILE"));
    }

    /// <summary>
    /// The certificate with a sealed key of the provider, if it is over that; null too when the key does not open.
    /// </summary>
    private KeyBuffer? Paired(ProviderEntry entry, string purpose, byte[]? blob, string pem)
    {
        if (blob is not { Length: > 0 })
            return null;
        try
        {
            using var key = providers.Unseal(entry, purpose, blob);
            return Providers.ClientCertificate.Pair(pem, key);
        }
        catch (CryptographicException)
        {
            log.SealedUnreadable(entry.Name, purpose);
            return null;
        }
    }

    /// <summary>
    /// What an identity is once another certificate over its key is installed: who signed that certificate renews it from then
    /// on.
    /// </summary>
    private string KindOver(ProviderEntry entry, string certificatePem)
    {
        if (entry.Identity == ProviderStore.SelfSigned)
            return ProviderStore.Requested;
        if (entry.Identity != ProviderStore.BrokerCertificate)
            return entry.Identity;
        using var certificate = X509Certificate2.CreateFromPem(certificatePem);
        return new Peer(self.Ca, Roles.Broker, Peer.PinOf(self.Certificate)).Accepts(certificate)
            ? ProviderStore.BrokerCertificate : ProviderStore.Requested;
    }

    public override async Task<ProviderDescription> RenewIdentity(RenewIdentityRequest request, ServerCallContext context)
    {
        using var alone = await identities.AloneAsync(context.CancellationToken);
        var entry = providers.Get(request.Name);
        if (request.DiscardWaiting)
            return Describe(providers.Update(entry.Name, e => e with { Waiting = null }) ?? entry);
        if (IsDone(entry, request.PresentSha256))
            return Describe(entry);
        if (request.Uploaded is { } blob)
        {
            using var uploaded = Open(entry, blob, ProviderBinding.IdentityInfo);
            var given = identities.With(entry, ProviderStore.Uploaded, uploaded);
            return await InstalledAsync(entry, given, request.Proof, context.CancellationToken);
        }

        if (entry.Waiting is { CertificatePem: { } waiting } && !request.NewKey && Lasts(waiting))
            return await MadeHereAsync(entry, entry.With(entry.Waiting), request.Proof, context.CancellationToken);
        switch (entry.Identity)
        {
            case ProviderStore.SelfSigned:
                return await MadeHereAsync(
                    entry, SelfSigned(entry, request.NewKey), request.Proof, context.CancellationToken);
            case ProviderStore.BrokerCertificate:
                throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.renewBroker", entry.Name,
                    $"{entry.Name} uses a certificate over the broker's own key, which the center's authority signs.",
                    $"lorica kms renew {entry.Name} has it signed; for a key of its own: lorica kms renew {entry.Name} --csr "
                        + "FILE --new-key"));
            case ProviderStore.Requested:
                throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.renewRequested", entry.Name,
                    $"The client certificate of {entry.Name} is signed by somebody else.",
                    $"lorica kms renew {entry.Name} --csr FILE, have it signed, then lorica kms renew {entry.Name} --cert "
                        + "SIGNED"));
            default:
                throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.renewUploaded", entry.Name,
                    $"The client certificate of {entry.Name} was uploaded with its key.",
                    $"lorica kms renew {entry.Name} --cert FILE --key FILE, or lorica kms renew {entry.Name} --csr FILE for a "
                        + "new certificate over the same key"));
        }
    }

    public override async Task<ProviderDescription> RestoreIdentity(RestoreIdentityRequest request, ServerCallContext context)
    {
        using var alone = await identities.AloneAsync(context.CancellationToken);
        var entry = providers.Get(request.Name);
        if (IsDone(entry, request.PresentSha256))
            return Describe(entry);
        if (entry.Former is not { } former)
        {
            throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.noFormerIdentity", entry.Name,
                $"No former identity of {entry.Name} is kept.", $"See what there is: lorica kms identity show {entry.Name}"));
        }

        var candidate = entry.With(former);
        if (former is { Kind: ProviderStore.BrokerCertificate, Sealed: not { Length: > 0 } })
            candidate = candidate with { KeySha256 = Peer.PinOf(self.Certificate) };
        return await InstalledAsync(entry, candidate, request.Proof, context.CancellationToken);
    }

    /// <summary>
    /// Whether a call that is repeated was carried out the first time: what it was to replace is the former identity by now.
    /// </summary>
    private bool IsDone(ProviderEntry entry, string presentSha256)
    {
        if (presentSha256.Length == 0 || Sha256Of(entry.CertificatePem) == presentSha256)
            return false;
        return entry.Former is { } former && Sha256Of(former.CertificatePem) == presentSha256
            ? true
            : throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.identityChanged", entry.Name,
                $"The identity of {entry.Name} was changed meanwhile.", $"See: lorica kms identity show {entry.Name}"));
    }

    private string Sha256Of(string? certificatePem)
    {
        if (certificatePem is null)
            return Convert.ToHexStringLower(self.Certificate.GetCertHash(HashAlgorithmName.SHA256));
        using var certificate = X509Certificate2.CreateFromPem(certificatePem);
        return Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));
    }

    /// <summary>The key of the identity in use; null for the broker's own, and when it does not open.</summary>
    private KeyBuffer? PresentKey(ProviderEntry entry)
    {
        if (entry.SealedIdentity is not { Length: > 0 } blob)
            return null;
        try
        {
            return providers.Unseal(entry, SealPurpose.Identity, blob);
        }
        catch (CryptographicException)
        {
            log.SealedUnreadable(entry.Name, SealPurpose.Identity);
            return null;
        }
    }

    /// <summary>The broker's own private key, PEM in key memory.</summary>
    private KeyBuffer OwnKey()
    {
        using var key = self.Certificate.GetECDsaPrivateKey()
            ?? throw new InvalidOperationException("The broker's own certificate has no ECDSA key.");
        return Providers.ClientCertificate.PrivateKey(key);
    }

    private ProviderEntry SelfSigned(ProviderEntry entry, bool newKey)
    {
        using var present = newKey ? null : PresentKey(entry);
        using var key = present is null ? Providers.ClientCertificate.NewKey() : null;
        using var made = Providers.ClientCertificate.SelfSigned(entry.Name, present ?? key!, time);
        return identities.With(entry, ProviderStore.SelfSigned, made);
    }

    private async Task<ProviderDescription> MadeHereAsync(
        ProviderEntry entry, ProviderEntry candidate, IdentityProof? proof, CancellationToken ct) =>
        Describe(await identities.TakeAsync(entry, candidate, proof, madeHere: true, ct));

    private async Task<ProviderDescription> InstalledAsync(
        ProviderEntry entry, ProviderEntry candidate, IdentityProof? proof, CancellationToken ct)
    {
        var taken = await identities.TakeAsync(entry, candidate, proof, madeHere: false, ct);
        log.CertificateInstalled(entry.Name);
        return Describe(taken);
    }

    /// <summary>One that waited so long that it ended is made anew.</summary>
    private bool Lasts(string certificatePem)
    {
        using var certificate = X509Certificate2.CreateFromPem(certificatePem);
        return certificate.NotAfter.ToUniversalTime() > time.GetUtcNow().UtcDateTime.AddDays(90);
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
