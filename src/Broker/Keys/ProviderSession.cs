using System.Security.Cryptography.X509Certificates;
using Lorica.Broker.Providers;
using Lorica.Broker.Start;
using Lorica.Kmip;

namespace Lorica.Broker.Keys;

/// <summary>
/// Connections to the servers of one provider for one piece of work, tried in turn: a server that cannot be reached is left out
/// for the rest of the session, and rests for the others (<see cref="ServerRests"/>). What a server refuses is its answer, not a
/// reason to ask the next.
/// </summary>
internal sealed class ProviderSession(ProviderEntry provider, ProviderStore store, ServerRests rests, ILogger log)
    : IAsyncDisposable
{
    private readonly Dictionary<ServerEntry, KmipClient> _clients = [];
    private readonly Dictionary<ServerEntry, KmipException> _failed = [];
    private X509Certificate2? _identity;
    private bool _ownsIdentity;
    private Credential? _credential;

    /// <summary>The server that answered last.</summary>
    public ServerEntry? Answered { get; private set; }

    /// <summary>
    /// Runs <paramref name="work"/> on the first server that can be reached, <paramref name="avoid"/> last. What must not happen
    /// twice (not <paramref name="repeatable"/>) goes to the next server only when this one surely did not do it.
    /// </summary>
    public async Task<T> RunAsync<T>(Func<KmipClient, Task<T>> work, ServerEntry? avoid = null, bool repeatable = true)
    {
        foreach (var server in rests.Candidates(provider.Servers).OrderBy(s => s == avoid ? 1 : 0))
        {
            if (_failed.ContainsKey(server))
                continue;
            try
            {
                var result = await work(ClientOf(server));
                Answered = server;
                rests.Answered(server);
                return result;
            }
            catch (KmipException e) when (e.Kind != KmipErrorKind.Refused)
            {
                Failed(server, e);
                if (!repeatable && e.MayHaveBeenCarriedOut)
                    throw;
            }
            catch (KmipException)
            {
                // It answered: refusing is an answer.
                rests.Answered(server);
                throw;
            }
        }

        throw new KmipException(KmipErrorKind.Transport, string.Join("; ", provider.Servers.Select(s => $"{s}: {WhyNot(s)}")))
        {
            Server = provider.Name,
        };
    }

    /// <summary>Notes that a server could not be used: it rests.</summary>
    public void Failed(ServerEntry server, KmipException e)
    {
        if (_failed.TryAdd(server, e))
            log.ServerFailed(server.ToString(), provider.Name, e.Message);
        rests.Failed(server, e.Message);
    }

    /// <summary>Closes what is open: the next work goes over a new connection.</summary>
    public async ValueTask ReconnectAsync()
    {
        foreach (var client in _clients.Values)
            await client.DisposeAsync();
        _clients.Clear();
    }

    public KmipClient ClientOf(ServerEntry server, TimeSpan? connectTimeout = null)
    {
        if (_clients.TryGetValue(server, out var client))
            return client;
        if (_identity is null)
        {
            _identity = store.OpenIdentity(provider, out _ownsIdentity);
            _credential = store.OpenCredential(provider);
        }

        client = KmipClient.Create(new KmipClientOptions
        {
            Host = server.Host,
            Port = server.Port,
            Proxy = server.Proxy(),
            ConnectTimeout = connectTimeout ?? server.ConnectTimeout(),
            RequestTimeout = server.RequestTimeout(),
            ClientCertificate = _identity,
            UserName = _credential?.User,
            Password = _credential is { } credential ? () => credential.Password : null,
            ServerTrust = new KmipServerTrust { PinnedCertificateSha256 = server.CertificateSha256 },
        });
        _clients.Add(server, client);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await ReconnectAsync();
        if (_ownsIdentity)
            _identity?.Dispose();
        _credential?.Dispose();
    }

    private string WhyNot(ServerEntry server) => _failed.GetValueOrDefault(server)?.Message
        ?? (rests.Of(server) is { } rest ? $"rests until {rest.RetryAt:HH:mm:ss} UTC ({rest.Error})" : "not tried");
}
