using Lorica.Broker.Keys;
using Lorica.Broker.Providers;
using Lorica.Contracts;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Kmip;

namespace Lorica.Broker.Identities;

/// <summary>
/// Looks at a KMS with an identity before it is taken: each server that can be asked must give it the keys in use and the probe
/// key, with the check values that are known.
/// <code>
/// a key that the identity in use does not get from that server either            does not count
/// a server that answers neither of them                                          does not count, as long as another one answers
/// </code>
/// What happens here makes no server rest: a KMS that refuses a new identity still serves the one in use.
/// </summary>
internal sealed class IdentityProver(ProviderStore providers, TimeProvider time, ILogger<IdentityProver> log)
{
    /// <summary>A call of the center ends after a minute.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    /// <summary>Named in a refusal.</summary>
    private const int Named = 5;

    /// <summary>
    /// Looks with the identity of <paramref name="candidate"/>; <paramref name="present"/> is what is in use, null for none.
    /// </summary>
    public async Task<IdentityVerdict> ProveAsync(
        ProviderEntry candidate, ProviderEntry? present, IEnumerable<CheckKeyRequest> keys, CancellationToken ct)
    {
        var wanted = keys.Select(k => (k.Key.KeyId, k.ExpectedKcv)).ToList();
        if (candidate.ProbeKeyId is { } probe && candidate.ProbeKcv is { } kcv)
            wanted.Add((probe, kcv));
        if (wanted.Count == 0)
            return IdentityVerdict.NothingToProve;
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            return await JudgeAsync(candidate, present, wanted, both.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new IdentityVerdict($"the KMS took longer than {Patience.TotalSeconds:0} s", [], false, false);
        }
    }

    private async Task<IdentityVerdict> JudgeAsync(
        ProviderEntry candidate, ProviderEntry? present, List<(string KeyId, string Kcv)> wanted, CancellationToken ct)
    {
        await using var with = Session(candidate);
        await using var before = present is null ? null : Session(present);
        var lacking = new Dictionary<string, string>(StringComparer.Ordinal);
        var shut = new List<string>();
        var deaf = new List<string>();
        bool answered = false;
        foreach (var server in candidate.Servers)
        {
            var seen = await LookAsync(with, server, wanted, ct);
            if (seen.Error is null && seen.Lacking.Count == 0)
            {
                answered = true;
                continue;
            }

            var known = present?.Servers.FirstOrDefault(s => s.Host == server.Host && s.Port == server.Port);
            var old = before is null || known is null ? null : await LookAsync(before, known, wanted, ct);
            if (seen.Error is { } error)
            {
                (old is { Error: null } ? shut : deaf).Add($"{server}: {error}");
                continue;
            }

            answered = true;
            foreach (var (id, reason) in seen.Lacking)
            {
                if (old is not { Error: null } || !old.Lacking.ContainsKey(id))
                    lacking.TryAdd(id, reason);
            }
        }

        var faults = lacking.Select(l => new KeyReason(candidate.Name, l.Key, l.Value)).ToList();
        string? why = (shut.Count, answered, faults.Count) switch
        {
            ( > 0, _, _) => $"the KMS lets the identity in use in, and not the new one ({string.Join("; ", shut)})",
            (_, false, _) => $"no server answers it ({string.Join("; ", deaf)})",
            (_, _, > 0) => $"{faults.Count} of {wanted.Count} keys that are in use or watched are not visible to this identity "
                + $"({Names(faults)})",
            _ => null,
        };
        return new IdentityVerdict(why, faults, answered, candidate.ProbeKeyId is not { } id2 || !lacking.ContainsKey(id2));
    }

    /// <summary>What one server gives: its error when it cannot be asked, else the keys that it does not give, with the
    /// reason.</summary>
    private static async Task<Look> LookAsync(
        ProviderSession session, ServerEntry server, List<(string KeyId, string Kcv)> wanted, CancellationToken ct)
    {
        var lacking = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, kcv) in wanted)
        {
            try
            {
                if (!await GivesAsync(session.ClientOf(server), id, kcv, ct))
                    lacking[id] = KeyReasons.WrongKey;
            }
            catch (KmipException e) when (e.IsAnswer)
            {
                string reason = KeyFaults.From(new KeyRef { KeyId = id }, e).Reason;
                lacking[id] = reason == KeyReasons.MissingOnKms ? KeyReasons.NotVisibleToIdentity : reason;
            }
            catch (KmipException e)
            {
                return new Look(e.Message, lacking);
            }
            catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or FaultException)
            {
                return new Look($"the identity cannot be opened: {e.Message}", lacking);
            }
        }

        return new Look(null, lacking);
    }

    private static async Task<bool> GivesAsync(KmipClient client, string id, string kcv, CancellationToken ct)
    {
        using var key = KeyBuffer.Allocate(KeyWork.KekBytes);
        bool whole = false;
        await client.GetKeyAsync(id, material => whole = material.TryCopyTo(key.Span) && material.Length == key.Length, ct);
        return whole && (kcv.Length == 0 || KeyCheckValue.Matches(key, kcv));
    }

    private static string Names(List<KeyReason> faults) =>
        string.Join(", ", faults.Take(Named).Select(f => $"{f.Provider}/{f.KeyId}"))
        + (faults.Count > Named ? ", …" : "");

    private ProviderSession Session(ProviderEntry entry) =>
        new(entry, providers, new CircuitBreakers(time), new ServerHabits(time), log);

    private sealed record Look(string? Error, Dictionary<string, string> Lacking);
}
