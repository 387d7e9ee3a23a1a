using Google.Protobuf;
using Lorica.Contracts.Broker;
using Lorica.ControlPlane.Audit;
using Lorica.Model;

namespace Lorica.ControlPlane.Providers;

/// <summary>
/// Who we are to the KMS. Keys in use go along with each change, for the broker to prove that the new identity sees them; it
/// keeps the old one in use until then. A crash after the broker took it leaves the row of before, which the next change or look
/// corrects.
/// </summary>
internal sealed partial class ProviderGrain
{
    /// <summary>So many keys are proven; of more, these many that are spread over all.</summary>
    private const int MostProven = 200;

    /// <inheritdoc />
    public async Task InstallCertificateAsync(Caller caller, string pem, bool force) =>
        await TakenAsync(caller, "installed client certificate", await InstalledAsync(pem, force));

    /// <inheritdoc />
    public async Task RenewAsync(Caller caller, RenewSpec spec)
    {
        var present = await DescribeAsync();
        if (spec.DiscardWaiting)
        {
            var request = new RenewIdentityRequest { Name = Name, DiscardWaiting = true };
            await broker.CallAsync((c, o) => c.RenewIdentityAsync(request, o), CancellationToken.None);
            await store.WriteAsync(async db =>
            {
                await db.Revisions.RaiseAsync(ObjectKinds.Provider, Name, CancellationToken.None);
                events.Add(db, EventIds.ProviderChanged, caller, Name,
                    $"{caller.User} discarded the identity of key provider {Name} that waited "
                        + $"({present.Waiting?.CertificateSha256 ?? "there was none"}).");
            });
            return;
        }

        if (present is { IdentityKind: "brokerCertificate", Waiting: null } && !spec.NewKey && spec.SealedIdentity.Length == 0)
        {
            await TakenAsync(caller, "renewed the certificate of the broker, now", await OfBrokerAsync(spec.Force));
            return;
        }

        var renew = new RenewIdentityRequest
        {
            Name = Name, NewKey = spec.NewKey, Proof = await ProofAsync(spec.Force),
            PresentSha256 = present.ClientCertificateSha256,
            Uploaded = spec.SealedIdentity.Length == 0 ? null : new SealedIdentity
            {
                Enc = ByteString.CopyFrom(spec.SealedEnc), Ciphertext = ByteString.CopyFrom(spec.SealedIdentity),
            },
        };
        await TakenAsync(caller, "renewed the client identity, now certificate",
            await broker.CallAsync((c, o) => c.RenewIdentityAsync(renew, o), CancellationToken.None));
    }

    /// <inheritdoc />
    public async Task RestoreAsync(Caller caller, bool force)
    {
        var request = new RestoreIdentityRequest
        {
            Name = Name, Proof = await ProofAsync(force), PresentSha256 = (await DescribeAsync()).ClientCertificateSha256,
        };
        await TakenAsync(caller, "put the former client identity back, certificate",
            await broker.CallAsync((c, o) => c.RestoreIdentityAsync(request, o), CancellationToken.None));
    }

    /// <summary>The broker's own key is signed by the authority here.</summary>
    private async Task<ProviderDescription> OfBrokerAsync(bool force)
    {
        var request = await broker.CallAsync(
            (c, o) => c.RequestCertificateAsync(new RequestCertificateRequest { Name = Name }, o), CancellationToken.None);
        return await InstalledAsync(certificates.Issue(request.Pem, broker.Pin), force);
    }

    private async Task<ProviderDescription> InstalledAsync(string pem, bool force)
    {
        var request = new InstallCertificateRequest { Name = Name, CertificatePem = pem, Proof = await ProofAsync(force) };
        return await broker.CallAsync((c, o) => c.InstallCertificateAsync(request, o), CancellationToken.None);
    }

    private Task<ProviderDescription> DescribeAsync() => broker.CallAsync(
        (c, o) => c.DescribeProviderAsync(new ProviderRequest { Name = Name }, o), CancellationToken.None);

    private async Task TakenAsync(Caller caller, string what, ProviderDescription taken)
    {
        await store.WriteAsync(async db =>
        {
            var row = await db.Providers.FindAsync(Name, CancellationToken.None) ?? throw ProviderService.Unknown(Name);
            Fill(row, taken);
            events.Add(db, EventIds.ProviderChanged, caller, Name,
                $"{caller.User} {what} {taken.ClientCertificateSha256} for key provider {Name}"
                    + $"{(taken.Former is { } f ? $", former {f.CertificateSha256}" : "")}{Unproven(taken)}.");
        });
        await nudger.NudgeAllAsync();
    }

    /// <summary>The keys that a new identity must see: those in use, and those of what left and may come back.</summary>
    private async Task<IdentityProof> ProofAsync(bool force)
    {
        var uses = (await index.UsesAsync(Name, null, CancellationToken.None)).Select(u => (u.KeyId, u.Kcv))
            .Concat((await LeftAsync()).Select(r => (r.KeyId, r.Kcv)))
            .DistinctBy(u => u.KeyId).OrderBy(u => u.KeyId, StringComparer.Ordinal).ToList();
        var proof = new IdentityProof { Force = force };
        double step = Math.Max(1.0, uses.Count / (double)MostProven);
        for (int i = 0; i < Math.Min(uses.Count, MostProven); i++)
        {
            var use = uses[(int)(i * step)];
            proof.Keys.Add(new CheckKeyRequest
            {
                Key = new Contracts.KeyRef { Provider = Name, KeyId = use.KeyId }, ExpectedKcv = use.Kcv,
            });
        }

        return proof;
    }

    private static string Unproven(ProviderDescription taken) => taken.UnprovenSinceUnix > 0
        ? ", by force: it was not proven to see the keys in use" : "";
}
