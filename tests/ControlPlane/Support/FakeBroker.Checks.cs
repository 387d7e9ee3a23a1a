using System.Collections.Concurrent;
using Grpc.Core;
using Lorica.Contracts;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>States and dates of keys, health, certificates.</summary>
internal sealed partial class FakeBroker
{
    /// <summary>State by key id; Active when it is not there.</summary>
    public ConcurrentDictionary<string, string> States { get; } = new();

    /// <summary>Why nothing new may be protected with an active key, by key id.</summary>
    public ConcurrentDictionary<string, string> NoProtect { get; } = new();

    /// <summary>Reason by key id, for objects that are no keys of ours.</summary>
    public ConcurrentDictionary<string, string> Odd { get; } = new();

    /// <summary>Deactivation Date by key id, Unix seconds.</summary>
    public ConcurrentDictionary<string, long> Deactivations { get; } = new();

    /// <summary>Providers whose KMS refuses this client.</summary>
    public ConcurrentDictionary<string, bool> Refusing { get; } = new();

    /// <summary>Providers of which no server answers.</summary>
    public ConcurrentDictionary<string, bool> Unreachable { get; } = new();

    public ConcurrentQueue<ConfigureProviderRequest> Configured { get; } = new();

    /// <summary>End of the certificates, Unix seconds.</summary>
    public long ClientNotAfter { get; set; } = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    public long ServerNotAfter { get; set; } = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    public int Pings;

    public override Task<ProviderStatusReply> ProviderStatus(ProviderRequest request, ServerCallContext context)
    {
        bool healthy = !KmsDown && !Unreachable.ContainsKey(request.Name);
        return Task.FromResult(new ProviderStatusReply
        {
            Name = request.Name,
            Healthy = healthy,
            Servers =
            {
                new ServerStatus
                {
                    Address = new ServerAddress { Host = "127.0.0.1", Port = 5696 }, Connected = healthy, ServesKeys = healthy,
                    ClientTrustsServer = healthy, ServerTrustsClient = healthy, Error = healthy ? "" : "cannot connect",
                    ClientNotAfterUnix = ClientNotAfter, ServerNotAfterUnix = ServerNotAfter, Resting = !healthy,
                    RetryAtUnixMs = healthy ? 0 : 1_900_000_000_000, Failures = healthy ? 0 : 3,
                },
            },
        });
    }

    public override Task<PingProviderReply> PingProvider(ProviderRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref Pings);
        bool healthy = !KmsDown && !Unreachable.ContainsKey(request.Name);
        return Task.FromResult(new PingProviderReply { Healthy = healthy, Error = healthy ? "" : "cannot connect" });
    }

    public override Task<CheckKeysReply> CheckKeys(CheckKeysRequest request, ServerCallContext context)
    {
        var reply = new CheckKeysReply();
        reply.Keys.AddRange(request.Keys.Select(k =>
        {
            string? reason = ReasonOf(k.Key, k.ExpectedKcv);
            bool there = reason is null or KeyReasons.WrongKey or KeyReasons.NotActiveOnKms;
            return new KeyStatus
            {
                Key = k.Key, Kcv = there ? Keys[k.Key.KeyId] : "",
                State = there ? States.GetValueOrDefault(k.Key.KeyId, "Active") : "",
                DeactivationUnix = Deactivations.GetValueOrDefault(k.Key.KeyId),
                Fault = reason is null ? null : new KeyFault { Key = k.Key, Reason = reason, Detail = "said the KMS" },
            };
        }));
        return Task.FromResult(reply);
    }

    private string StateOf(KeyRef key) => States.GetValueOrDefault(key.KeyId, "Active");

    private string? ReasonOf(KeyRef key, string expectedKcv) =>
        KmsDown || Unreachable.ContainsKey(key.Provider) ? KeyReasons.ProviderUnreachable
        : !_providers.ContainsKey(key.Provider) ? KeyReasons.ProviderUnknown
        : Refusing.ContainsKey(key.Provider) ? KeyReasons.NoPermission
        : !Keys.TryGetValue(key.KeyId, out string? kcv) ? KeyReasons.MissingOnKms
        : Odd.TryGetValue(key.KeyId, out string? odd) ? odd
        : kcv != expectedKcv ? KeyReasons.WrongKey
        : States.GetValueOrDefault(key.KeyId, "Active") != "Active" ? KeyReasons.NotActiveOnKms : null;
}
