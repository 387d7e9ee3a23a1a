using Lorica.Broker.Hosting;
using Lorica.Broker.Providers;
using Lorica.Contracts;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Kmip;

namespace Lorica.Broker.Keys;

/// <summary>What is done with KEKs at a KMS. A KEK is in key memory from the socket on and for the one call only.</summary>
internal sealed class KeyWork(
    ProviderStore providers, CircuitBreakers rests, ServerHabits habits, TimeProvider time, ILogger<KeyWork> log)
{
    public const int KekBytes = 32;

    /// <summary>Create, and nothing else: the center writes its pending record before the key is activated.</summary>
    public async Task<KeyRef> CreateAsync(CreateKeyRequest request, CancellationToken ct)
    {
        var provider = providers.Get(request.Provider);
        await using var session = Open(provider);
        try
        {
            string id = await session.CreateAsync(request.Name, ct);
            var key = new KeyRef { Provider = provider.Name, KeyId = id };
            log.KeyCreated(Name(key));
            await TagAsync(session, id, request, ct);
            return key;
        }
        catch (KmipException e)
        {
            throw Refused(new KeyRef { Provider = provider.Name, KeyId = request.Name }, e);
        }
    }

    /// <summary>
    /// Activate, then Get over a new connection, from another server of the provider too where there is one: all must give the
    /// same key, or a host could write data under a key that a replica does not have.
    /// </summary>
    public async Task<KeyStatus> ActivateAsync(KeyRef key, CancellationToken ct)
    {
        var provider = providers.Get(key.Provider);
        await using var session = Open(provider);
        try
        {
            await session.RunAsync(async c =>
            {
                await c.ActivateAsync(key.KeyId, ct);
                return true;
            });
            var first = session.Answered;
            await session.ReconnectAsync();
            var (kcv, state) = await ReadAsync(session, key.KeyId, first, ct);
            var second = session.Answered;
            await session.ReconnectAsync();
            var (again, _) = await ReadAsync(session, key.KeyId, second, ct);
            if (kcv != again)
            {
                return Unusable(key, state, KeyReasons.WrongKey,
                    $"{first} and {session.Answered} give different keys under one identifier.");
            }

            if (state != KmipKeyState.Active)
                return Unusable(key, state, KeyReasons.NotActiveOnKms, $"Its state is {state}.");
            log.KeyActivated(Name(key), kcv);
            return new KeyStatus { Key = key, Kcv = kcv, State = state.ToString() };
        }
        catch (KmipException e)
        {
            return Unreachable(key, e);
        }
    }

    /// <summary>Connections for one piece of work at <paramref name="provider"/>.</summary>
    public ProviderSession Open(ProviderEntry provider) => new(provider, providers, rests, habits, log);

    /// <summary>Get and compare, with state and dates; one session per provider.</summary>
    public async Task<CheckKeysReply> CheckAsync(IReadOnlyList<(KeyRef Key, string Kcv)> wanted, CancellationToken ct)
    {
        var found = new Dictionary<KeyRef, KeyStatus>();
        foreach (var group in wanted.DistinctBy(w => w.Key).GroupBy(w => w.Key.Provider, StringComparer.Ordinal))
        {
            if (providers.Find(group.Key) is not { } provider)
            {
                foreach (var (key, _) in group)
                    found[key] = new KeyStatus { Key = key, Fault = KeyFaults.Of(key, KeyReasons.ProviderUnknown, "") };
                continue;
            }

            await using var session = Open(provider);
            foreach (var (key, kcv) in group)
                found[key] = await CheckAsync(session, key, kcv, ct);
        }

        var reply = new CheckKeysReply();
        reply.Keys.AddRange(wanted.Select(w => found[w.Key]));
        return reply;
    }

    private async Task<KeyStatus> CheckAsync(ProviderSession session, KeyRef key, string expectedKcv, CancellationToken ct)
    {
        var status = new KeyStatus { Key = key };
        try
        {
            var life = await session.RunAsync(c => c.GetLifeAsync(key.KeyId, ct));
            status.State = life.State.ToString();
            status.ProtectStopUnix = life.ProtectStop?.ToUnixTimeSeconds() ?? 0;
            status.DeactivationUnix = life.Deactivation?.ToUnixTimeSeconds() ?? 0;
            status.DestroyUnix = life.Destroy?.ToUnixTimeSeconds() ?? 0;
            status.CompromiseUnix = life.Compromise?.ToUnixTimeSeconds() ?? 0;
            status.NoProtect = NoProtect(life) ?? "";
            if (life.State is KmipKeyState.Destroyed or KmipKeyState.DestroyedCompromised)
            {
                status.Fault = Told(KeyFaults.Of(key, KeyReasons.MissingOnKms, $"Its state is {life.State}."));
                return status;
            }

            status.Kcv = await session.RunAsync(async c =>
            {
                using var kek = KeyBuffer.Allocate(KekBytes);
                await c.GetKeyAsync(key.KeyId, material => material.CopyTo(kek.Span), ct);
                return KeyCheckValue.Compute(kek);
            });
            status.Fault = Judge(key, status.Kcv, expectedKcv, life.State) is { } fault ? Say(fault) : null;
        }
        catch (KmipException e)
        {
            status.Fault = Say(KeyFaults.From(key, e));
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or FaultException)
        {
            status.Fault = Say(KeyFaults.Of(
                key, KeyReasons.ProviderUnreachable, $"The client identity of {key.Provider} cannot be used: {e.Message}"));
        }

        return status;
    }

    /// <summary>
    /// Fetches keys for delivery, many in one message, and hands each to <paramref name="use"/> in order; or says why it may not
    /// go.
    /// </summary>
    public async Task<IReadOnlyList<KeyFault>> DeliverAsync(
        ProviderSession session, IReadOnlyList<KeyToSeal> wanted, Action<KeyToSeal, KeyBuffer, string> use, CancellationToken ct)
    {
        var faults = new List<KeyFault>();
        foreach (var batch in wanted.Chunk(KmipClient.MaximumKeysAtOnce))
            await DeliverBatchAsync(session, batch, use, faults, ct);
        return faults;
    }

    private async Task DeliverBatchAsync(
        ProviderSession session, KeyToSeal[] batch, Action<KeyToSeal, KeyBuffer, string> use, List<KeyFault> faults,
        CancellationToken ct)
    {
        var keks = new KeyBuffer?[batch.Length];
        var states = new KmipKeyState[batch.Length];
        try
        {
            var refused = await session.RunAsync(c => c.GetKeysAsync([.. batch.Select(k => k.Key.KeyId)], (i, state, material) =>
            {
                keks[i]?.Dispose();
                keks[i] = KeyBuffer.CopyOf(material);
                states[i] = state;
            }, ct));
            for (int i = 0; i < batch.Length; i++)
            {
                if (refused[i] is { } e)
                    faults.Add(Say(KeyFaults.From(batch[i].Key, e)));
                else
                    Use(batch[i], keks[i]!, states[i]);
            }
        }
        catch (KmipException e)
        {
            // No server answers: said once, not once a key.
            log.KeysOutOfReach(batch.Length, batch[0].Key.Provider, e.Message);
            faults.AddRange(batch.Select(k => KeyFaults.From(k.Key, e)));
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or FaultException)
        {
            // Its client identity cannot be opened: that is the trouble of this provider alone.
            log.KeysOutOfReach(batch.Length, batch[0].Key.Provider, e.Message);
            faults.AddRange(batch.Select(k => KeyFaults.Of(
                k.Key, KeyReasons.ProviderUnreachable, $"The client identity of {k.Key.Provider} cannot be used: {e.Message}")));
        }
        finally
        {
            foreach (var kek in keks)
                kek?.Dispose();
        }

        void Use(KeyToSeal key, KeyBuffer kek, KmipKeyState state)
        {
            string kcv = KeyCheckValue.Compute(kek);
            if (Judge(key.Key, kcv, key.ExpectedKcv, key.ToOpenOnly && Opens(state) ? KmipKeyState.Active : state) is { } fault)
                faults.Add(Say(fault));
            else
                use(key, kek, kcv);
        }
    }

    /// <summary>
    /// Logs a fault. A KMS says of a key of somebody else what it says of none: after an identity was taken without a proof that
    /// it sees the keys, that is the likelier reason.
    /// </summary>
    public KeyFault Say(KeyFault fault) => Told(
        fault.Reason == KeyReasons.MissingOnKms && providers.Find(fault.Key.Provider) is { UnprovenSinceUnix: > 0 } provider
            ? KeyFaults.Of(fault.Key, KeyReasons.NotVisibleToIdentity,
                $"{fault.Detail} The client identity of {provider.Name} changed on "
                    + $"{DateTimeOffset.FromUnixTimeSeconds(provider.UnprovenSinceUnix):yyyy-MM-dd HH:mm} UTC and was not proven "
                    + "to see the keys.")
            : fault);

    private KeyFault Told(KeyFault fault)
    {
        log.KeyOutOfReach(Name(fault.Key), fault.Reason, fault.Detail);
        return fault;
    }

    public static string Name(KeyRef key) => $"{key.Provider}/{key.KeyId}";

    /// <summary>
    /// States in which what a key wrapped may still be opened with it: that is processing, which KMIP allows (KMIP 1.4, 3.22).
    /// </summary>
    private static bool Opens(KmipKeyState state) =>
        state is KmipKeyState.Active or KmipKeyState.Deactivated or KmipKeyState.Compromised;

    /// <summary>Why nothing new may be protected with a key, by its state and dates; null when it may.</summary>
    private string? NoProtect(KmipKeyLife life)
    {
        (string What, DateTimeOffset? At)[] dates =
        [
            ("Compromise Date", life.Compromise), ("Deactivation Date", life.Deactivation), ("Destroy Date", life.Destroy),
            ("Protect Stop Date", life.ProtectStop),
        ];
        var past = dates.FirstOrDefault(d => d.At <= time.GetUtcNow());
        return life.State != KmipKeyState.Active ? $"Its state is {life.State}."
            : past.What is { } what ? $"Its {what} was {past.At:yyyy-MM-dd HH:mm} UTC." : null;
    }

    private static KeyFault? Judge(KeyRef key, string kcv, string expectedKcv, KmipKeyState state) =>
        expectedKcv.Length > 0 && kcv != expectedKcv
            ? KeyFaults.Of(key, KeyReasons.WrongKey, $"Its check value is {kcv}, the record says {expectedKcv}.")
            : state != KmipKeyState.Active ? KeyFaults.Of(key, KeyReasons.NotActiveOnKms, $"Its state is {state}.") : null;

    private static async Task<(string Kcv, KmipKeyState State)> ReadAsync(
        ProviderSession session, string id, ServerEntry? avoid, CancellationToken ct)
    {
        var (kek, state) = await FetchAsync(session, id, avoid, ct);
        using (kek)
            return (KeyCheckValue.Compute(kek), state);
    }

    private static async Task<(KeyBuffer Kek, KmipKeyState State)> FetchAsync(
        ProviderSession session, string id, ServerEntry? avoid, CancellationToken ct) => await session.RunAsync(async c =>
    {
        var state = await c.GetStateAsync(id, ct);
        var kek = KeyBuffer.Allocate(KekBytes);
        try
        {
            await c.GetKeyAsync(id, material => material.CopyTo(kek.Span), ct);
            return (kek, state);
        }
        catch
        {
            kek.Dispose();
            throw;
        }
    }, avoid);

    /// <summary>
    /// vCenter's names, so that operators of the KMS recognise whose key it is. Servers without AddAttribute are many.
    /// </summary>
    private static async Task TagAsync(ProviderSession session, string id, CreateKeyRequest request, CancellationToken ct)
    {
        (string, string)[] tags =
        [
            ("x-Vendor", "Lorica"), ("x-Product", "Lorica VM Encryption"),
            ("x-Product_Version", typeof(KeyWork).Assembly.GetName().Version?.ToString(3) ?? ""),
            ("x-Component", request.VmId.Length > 0 ? "Virtual Machine" : "Host"), ("x-Identifier", request.VmId),
            ("x-Name", request.VmName), ("x-Cluster", request.Cluster),
        ];
        try
        {
            foreach (var (name, value) in tags)
            {
                if (value.Length > 0)
                    await session.RunAsync(async c => { await c.AddAttributeAsync(id, name, value, ct); return true; });
            }
        }
        catch (KmipException)
        {
            // A label only.
        }
    }

    private static KeyStatus Unusable(KeyRef key, KmipKeyState state, string reason, string detail) =>
        new() { Key = key, State = state.ToString(), Fault = KeyFaults.Of(key, reason, detail) };

    private KeyStatus Unreachable(KeyRef key, KmipException e) => new() { Key = key, Fault = Say(KeyFaults.From(key, e)) };

    private FaultException Refused(KeyRef key, KmipException e)
    {
        var fault = Say(KeyFaults.From(key, e));
        return new FaultException(new Fault(
            FaultTypes.HostCommunication, "com.vmware.vc.kms.crypto.KeyGenerateFail", key.Provider,
            $"Key provider {key.Provider} made no key: {fault.Detail}", $"See 'lorica kms status {key.Provider}'.")
        { Keys = [FaultCodec.FromMessage(fault)] });
    }
}
