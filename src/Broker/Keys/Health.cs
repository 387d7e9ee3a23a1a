using Lorica.Broker.Providers;
using Lorica.Contracts.Broker;
using Lorica.Crypto;
using Lorica.Kmip;

namespace Lorica.Broker.Keys;

/// <summary>
/// Health of a provider. A server that answers but cannot give a key is not healthy, so a probe key is really fetched; it is made
/// at the first check and remembered with its check value.
/// </summary>
internal sealed class Health(ProviderStore providers, CircuitBreakers rests, ServerHabits habits, ILogger<Health> log)
{
    /// <summary>A server that is not there when it is pinged is asked again soon.</summary>
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether one server gives keys, in short: all are asked at once, for the probe key where there is one. A rest ends here for
    /// those that answer.
    /// </summary>
    public async Task<PingProviderReply> PingAsync(string name, CancellationToken ct)
    {
        var provider = providers.Get(name);
        try
        {
            string?[] errors = await Task.WhenAll(provider.Servers.Select(s => PingAsync(provider, s, ct)));
            return new PingProviderReply
            {
                Healthy = errors.Any(e => e is null), Error = string.Join("; ", errors.Where(e => e is not null)),
            };
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or Contracts.Faults.FaultException)
        {
            return new PingProviderReply { Error = Unusable(provider, e) };
        }
    }

    /// <returns>Null when it gives keys.</returns>
    private async Task<string?> PingAsync(ProviderEntry provider, ServerEntry server, CancellationToken ct)
    {
        await using var session = new ProviderSession(provider, providers, rests, habits, log);
        try
        {
            var client = session.ClientOf(server, PingTimeout);
            if (provider.ProbeKeyId is null)
            {
                await client.NegotiateAsync(ct);
            }
            else
            {
                using var probe = KeyBuffer.Allocate(KeyWork.KekBytes);
                await client.GetKeyAsync(provider.ProbeKeyId, material => material.CopyTo(probe.Span), ct);
            }
        }
        catch (KmipException e) when (
            e.IsAnswer && (e.Kind != KmipErrorKind.Refused || e.Reason == KmipResultReason.ItemNotFound))
        {
            // It serves, only not this key: the status says what that means.
        }
        catch (KmipException e) when (e.IsAnswer)
        {
            // It works, and gives us nothing.
            rests.Answered(server);
            return $"{server}: {e.Message}";
        }
        catch (KmipException e)
        {
            rests.Failed(server, e.Message, e.IsTimeOut);
            return $"{server}: {e.Message}";
        }

        rests.Answered(server);
        return null;
    }

    public async Task<ProviderStatusReply> CheckAsync(string name, CancellationToken ct)
    {
        var provider = providers.Get(name);
        await using var session = new ProviderSession(provider, providers, rests, habits, log);
        var (clientNotAfter, unusable) = LookAtIdentity(provider);
        var reply = new ProviderStatusReply { Name = name };
        foreach (var server in provider.Servers)
        {
            var status = new ServerStatus
            {
                Address = new ServerAddress { Host = server.Host, Port = server.Port },
                ClientNotAfterUnix = clientNotAfter,
            };
            await LookAtCertificateAsync(server, status, ct);
            if (unusable is not null)
            {
                // Nothing that the server did: it is not left out for it.
                status.Error = unusable;
                reply.Servers.Add(status);
                continue;
            }

            bool answered = false;
            if (status.ClientTrustsServer)
                (provider, answered) = await LookAtKeysAsync(provider, session.ClientOf(server), status, ct);
            Note(server, status, answered);
            reply.Servers.Add(status);
        }

        reply.Healthy = reply.Servers.Any(s => s.ServesKeys);
        return reply;
    }

    /// <param name="server">Which.</param>
    /// <param name="status">What was found.</param>
    /// <param name="answered">It works: whatever it says about the probe key is no reason to leave it out.</param>
    private void Note(ServerEntry server, ServerStatus status, bool answered)
    {
        if (answered)
            rests.Answered(server);
        else
            rests.Failed(server, status.Error);
        if (rests.Of(server) is not { } rest)
            return;
        status.Resting = true;
        status.RetryAtUnixMs = rest.RetryAt.ToUnixTimeMilliseconds();
        status.Failures = rest.Failures;
    }

    private static async Task LookAtCertificateAsync(ServerEntry server, ServerStatus status, CancellationToken ct)
    {
        try
        {
            var chain = await KmipClient.FetchServerCertificateAsync(server.Host, server.Port, server.Proxy(), ct);
            status.Connected = true;
            status.ServerNotAfterUnix = new DateTimeOffset(chain[0].NotAfter.ToUniversalTime()).ToUnixTimeSeconds();
            string shown = Convert.ToHexStringLower(chain[0].GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256));
            status.ClientTrustsServer = shown == server.CertificateSha256;
            if (!status.ClientTrustsServer)
                status.Error = $"It shows another certificate ({shown}) than the one that was accepted.";
            foreach (var certificate in chain)
                certificate.Dispose();
        }
        catch (KmipException e)
        {
            status.Error = e.Message;
        }
    }

    private async Task<(ProviderEntry Provider, bool Answered)> LookAtKeysAsync(
        ProviderEntry provider, KmipClient client, ServerStatus status, CancellationToken ct)
    {
        try
        {
            status.ProtocolVersion = (await client.NegotiateAsync(ct)).ToString();
            status.ServerTrustsClient = true;
            status.Vendor = await VendorAsync(client, ct);
            if (provider.ProbeKeyId is null)
                provider = await MakeProbeAsync(provider, client, ct);
            using var probe = KeyBuffer.Allocate(KeyWork.KekBytes);
            await client.GetKeyAsync(provider.ProbeKeyId!, material => material.CopyTo(probe.Span), ct);
            status.ServesKeys = KeyCheckValue.Matches(probe, provider.ProbeKcv!);
            if (!status.ServesKeys)
                status.Error = "It gives another probe key than before.";
        }
        catch (KmipException e) when (e.Reason == KmipResultReason.ItemNotFound)
        {
            status.Error = "It has lost the probe key: its store is older than the provider, or it is another server.";
        }
        catch (KmipException e)
        {
            status.Error = e.Message;
            return (provider, e.IsAnswer);
        }

        return (provider, true);
    }

    private static async Task<string> VendorAsync(KmipClient client, CancellationToken ct)
    {
        try
        {
            return (await client.QueryAsync(ct)).VendorIdentification;
        }
        catch (KmipException e) when (e.IsAnswer)
        {
            return "";
        }
    }

    private async Task<ProviderEntry> MakeProbeAsync(ProviderEntry provider, KmipClient client, CancellationToken ct)
    {
        string id = await client.CreateSymmetricKeyAsync($"lorica-probe-{Guid.NewGuid():D}", ct);
        await client.ActivateAsync(id, ct);
        using var probe = KeyBuffer.Allocate(KeyWork.KekBytes);
        await client.GetKeyAsync(id, material => material.CopyTo(probe.Span), ct);
        string kcv = KeyCheckValue.Compute(probe);

        // The provider as it is now: what was read before the check must not put back an identity that was replaced meanwhile.
        var made = provider with { ProbeKeyId = id, ProbeKcv = kcv };
        return providers.Update(provider.Name, e => e.KeySha256 == provider.KeySha256 && e.UserName == provider.UserName
            && e.ProbeKeyId is null ? e with { ProbeKeyId = id, ProbeKcv = kcv } : e)
            is { ProbeKeyId: not null } now ? now : made;
    }

    /// <summary>When the client certificate ends, and why identity or credential cannot be used; null when they can.</summary>
    private (long NotAfterUnix, string? Unusable) LookAtIdentity(ProviderEntry provider)
    {
        try
        {
            var certificate = providers.OpenIdentity(provider, out bool owned);
            long notAfter = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()).ToUnixTimeSeconds();
            if (owned)
                certificate.Dispose();
            providers.OpenCredential(provider)?.Dispose();
            return (notAfter, null);
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or Contracts.Faults.FaultException)
        {
            return (0, Unusable(provider, e));
        }
    }

    private static string Unusable(ProviderEntry provider, Exception e) =>
        $"The client identity of {provider.Name} cannot be used: {e.Message} Restore the broker's state from its backup, or "
            + $"make a new one: lorica kms renew {provider.Name} --new-key; a password: lorica kms set {provider.Name} --user "
            + "NAME";
}
