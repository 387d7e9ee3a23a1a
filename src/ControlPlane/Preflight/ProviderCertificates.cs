using System.Collections.Concurrent;
using System.Text.Json;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Brokers;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Preflight;

/// <summary>
/// Ends of the certificates of key providers: the client's from the database, the servers' as they show them. What a server
/// showed is believed for ten minutes, so that a policy for many VMs does not ask once for each.
/// </summary>
internal sealed class ProviderCertificates(CenterStore store, BrokerLink broker, TimeProvider time)
{
    private static readonly TimeSpan Believe = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Host, int Port), (DateTimeOffset At, long NotAfter)> _servers = new();

    /// <summary>Certificates of <paramref name="provider"/> whose end is known.</summary>
    public async Task<IReadOnlyList<ProviderCertificate>> OfAsync(string provider, CancellationToken ct)
    {
        if (await store.ReadAsync(db => db.Providers.FindAsync(provider, ct), ct) is not { } row)
        {
            return [];
        }

        var result = new List<ProviderCertificate>();
        Add(result, $"The client certificate of {provider}", row.ClientNotAfter, client: true);
        var servers = JsonSerializer.Deserialize(row.Servers, StoreJson.Default.ListServerModel) ?? [];
        long[] ends = await Task.WhenAll(servers.Select(s => EndAsync(s, ct)));

        // Servers are replicas: the provider is as good as the best of them.
        if (ends.Length > 0 && !ends.Contains(0))
        {
            int best = Array.IndexOf(ends, ends.Max());
            Add(result, $"The certificate of {provider}'s server {servers[best].Host}:{servers[best].Port}",
                ends[best], client: false);
        }

        return result;
    }

    private async Task<long> EndAsync(ServerModel server, CancellationToken ct)
    {
        var (key, now) = ((server.Host, server.Port), time.GetUtcNow());
        if (_servers.TryGetValue(key, out var known) && now - known.At < Believe)
        {
            return known.NotAfter;
        }

        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        long end = 0;
        try
        {
            var request = new ProbeServerRequest { Server = new ServerAddress { Host = server.Host, Port = server.Port } };
            end = (await broker.CallAsync((b, o) => b.ProbeServerAsync(request, o), both.Token)).NotAfterUnix;
        }
        catch (Exception e) when (e is FaultException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            // It shows nothing now; making the key will say what is wrong.
        }

        _servers[key] = (now, end);
        return end;
    }

    private static void Add(List<ProviderCertificate> list, string whose, long end, bool client)
    {
        if (end > 0)
        {
            list.Add(new ProviderCertificate(whose, DateTimeOffset.FromUnixTimeSeconds(end), client));
        }
    }
}
