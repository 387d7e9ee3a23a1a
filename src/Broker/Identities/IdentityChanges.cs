using Lorica.Broker.Hosting;
using Lorica.Broker.Providers;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Platform.Trust;

namespace Lorica.Broker.Identities;

/// <summary>
/// The one door through which a provider gets another identity or credential.
/// <code>
/// 1 candidate   the provider as it would be; the identity in use serves on
/// 2 proof       it sees the keys in use (IdentityProver), or somebody forces it
/// 3 refused     nothing changes; an identity that was made here is kept waiting, so that the KMS can be told of it
/// 4 taken       one write of the provider's file: candidate in use, the one of before is the former one
/// </code>
/// A crash before step 4 leaves the old identity in use, after it the new one with the old one beside it.
/// </summary>
internal sealed class IdentityChanges(
    ProviderStore providers, IdentityProver prover, TimeProvider time, ILogger<IdentityChanges> log) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Waits until no other change is at work; disposed, the next one goes on.</summary>
    public async Task<IDisposable> AloneAsync(CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        return new Turn(_one);
    }

    /// <summary>A certificate and its key as the identity of <paramref name="entry"/>.</summary>
    public ProviderEntry With(ProviderEntry entry, string kind, KeyBuffer pem)
    {
        using var certificate = ClientCertificate.Read(entry.Name, pem);
        ClientCertificate.RefuseWeak(entry.Name, certificate);
        return entry with
        {
            Identity = kind,
            CertificatePem = certificate.ExportCertificatePem(),
            SealedIdentity = providers.Seal(entry, SealPurpose.Identity, pem),
            KeySha256 = Peer.PinOf(certificate),
        };
    }

    /// <summary>Steps 2 to 4; <paramref name="present"/> is null when nothing was in use under the name.</summary>
    /// <param name="present">The provider as it is, at the servers of <paramref name="candidate"/>.</param>
    /// <param name="candidate">As it would be.</param>
    /// <param name="proof">Keys to prove.</param>
    /// <param name="madeHere">Keep the candidate waiting when it is refused.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="FaultException">Refused: not proven.</exception>
    public async Task<ProviderEntry> TakeAsync(
        ProviderEntry? present, ProviderEntry candidate, IdentityProof? proof, bool madeHere, CancellationToken ct)
    {
        // Step 2
        var verdict = await prover.ProveAsync(candidate, present, proof?.Keys ?? [], ct);
        if (!verdict.Proven && proof?.Force != true)
        {
            // Step 3
            bool waits = madeHere && present is { Removed: false }
                && providers.Update(present.Name, e => e with { Waiting = WaitingAt(e, candidate) }) is not null;
            log.IdentityRefused(candidate.Name, verdict.Why!);
            throw Refused(present, candidate, verdict, waits);
        }

        // Step 4
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        bool same = present is not null && present.CertificatePem == candidate.CertificatePem
            && present.Identity == candidate.Identity;
        bool goesOn = same && (present!.Removed || present.SealedCredential.AsSpan().SequenceEqual(candidate.SealedCredential));
        var taken = candidate with
        {
            Removed = false,
            Former = goesOn || present is null ? candidate.Former : present.Kept(),
            Waiting = null,
            IdentitySinceUnix = same ? candidate.IdentitySinceUnix : now,
            UnprovenSinceUnix = verdict.Proven ? 0 : present is { UnprovenSinceUnix: > 0 } p ? p.UnprovenSinceUnix : now,
            ProbeKeyId = verdict.SeesProbe ? candidate.ProbeKeyId : null,
            ProbeKcv = verdict.SeesProbe ? candidate.ProbeKcv : null,
        };
        providers.Save(taken);
        log.IdentityTaken(taken.Name, taken.KeySha256 ?? "", verdict.Proven ? "proven" : "forced: " + verdict.Why);
        return taken;
    }

    public void Dispose() => _one.Dispose();

    /// <summary>
    /// A refused identity as it waits: sealed for the servers that stay, whose credential goes with it when the refused one was
    /// given for others.
    /// </summary>
    private KeptIdentity WaitingAt(ProviderEntry stays, ProviderEntry refused)
    {
        var waiting = providers.WithServers(refused, stays.Servers).Kept() with { SinceUnix = 0 };
        return refused.Binding().AsSpan().SequenceEqual(stays.Binding())
            ? waiting : waiting with { UserName = stays.UserName, SealedCredential = stays.SealedCredential };
    }

    private static FaultException Refused(ProviderEntry? present, ProviderEntry candidate, IdentityVerdict verdict, bool waits)
    {
        string name = candidate.Name;
        string stays = present is { Removed: false } ? " The identity in use stays." : "";
        string first = verdict.LetIn
            ? "Let the KMS give these keys to it, on lorica-kms: lorica-kms client hand-over --from "
                + $"{present?.KeySha256 ?? "KEY"} --to {candidate.KeySha256 ?? "KEY"}"
            : waits
                ? $"Let the KMS trust it: lorica kms identity show {name} --waiting > new.pem, on lorica-kms: lorica-kms trust "
                    + "add new.pem"
                : present is { Removed: true, Identity: ProviderStore.SelfSigned or ProviderStore.Requested }
                    && present.KeySha256 != candidate.KeySha256
                    ? $"Take the identity that {name} had, with --identity "
                        + (present.Identity == ProviderStore.SelfSigned ? "self-signed" : "csr")
                : "Let the KMS trust its certificate";
        return new FaultException(new Fault(FaultTypes.InvalidState, "lorica.identityNotProven", name,
            $"The new client identity of {name} is not taken: {verdict.Why}.{stays}",
            $"{first}. Then {(waits ? $"lorica kms renew {name}" : "repeat this")}. To take it all the same: --force; keys that "
                + "it does not see are then out of reach.")
        {
            Keys = verdict.Keys,
        });
    }

    private sealed class Turn(SemaphoreSlim one) : IDisposable
    {
        private SemaphoreSlim? _one = one;

        public void Dispose() => Interlocked.Exchange(ref _one, null)?.Release();
    }
}
