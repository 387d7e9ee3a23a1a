using System.Security.Cryptography.X509Certificates;
using Lorica.Broker.Hosting;
using Lorica.Broker.Providers;
using Lorica.Kmip;

namespace Lorica.Broker.Keys;

/// <summary>
/// Connections to the servers of one provider for one piece of work, tried in turn: a server that cannot be reached is left out
/// for the rest of the session, and rests for the others (<see cref="CircuitBreakers"/>). What a server says about an object, a
/// refusal or something that is no key, is its answer: no reason to ask the next, and never one to let the server rest.
/// </summary>
internal sealed class ProviderSession(
    ProviderEntry provider, ProviderStore store, CircuitBreakers rests, ServerHabits habits, ILogger log)
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
    /// Runs <paramref name="work"/> on the first server that can be reached, <paramref name="avoid"/> last. It must be such that
    /// carrying it out twice changes nothing.
    /// </summary>
    public async Task<T> RunAsync<T>(Func<KmipClient, Task<T>> work, ServerEntry? avoid = null)
    {
        foreach (var server in rests.Candidates(provider.Servers).OrderBy(s => s == avoid ? 1 : 0))
        {
            if (_failed.ContainsKey(server))
                continue;
            try
            {
                var client = ClientOf(server);
                var result = await work(client);
                Answered = server;
                rests.Answered(server);
                if (client.OneByOne)
                    habits.TookOneByOne(server);
                return result;
            }
            catch (KmipException e) when (e.Kind is KmipErrorKind.Transport or KmipErrorKind.Protocol)
            {
                Failed(server, e);
            }
            catch (KmipException e) when (e.IsAnswer)
            {
                rests.Answered(server);
                throw;
            }
        }

        throw new KmipException(KmipErrorKind.Transport, string.Join("; ", provider.Servers.Select(s => $"{s}: {WhyNot(s)}")))
        {
            Server = provider.Name,
        };
    }

    /// <summary>
    /// Creates a key of a name that no other has. When the answer of one server was lost, the next, which has the same objects,
    /// is searched for the name first, and what is found there is gone on with.
    /// </summary>
    public Task<string> CreateAsync(string name, CancellationToken ct)
    {
        bool lost = false;
        return RunAsync(async client =>
        {
            try
            {
                return await (lost ? client.AdoptOrCreateSymmetricKeyAsync(name, ct) : client.CreateSymmetricKeyAsync(name, ct));
            }
            catch (KmipException e)
            {
                lost |= e.MayHaveBeenCarriedOut;
                throw;
            }
        });
    }

    /// <summary>Notes that a server could not be used: it rests.</summary>
    private void Failed(ServerEntry server, KmipException e)
    {
        if (_failed.TryAdd(server, e))
            log.ServerFailed(server.ToString(), provider.Name, e.Message);
        rests.Failed(server, e.Message, e.IsTimeOut);
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
            OneByOne = habits.OneByOne(server),
            Suites = server.Suites(),
            MaximumVersion = server.Newest(),
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
