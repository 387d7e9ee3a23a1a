using System.Collections.Concurrent;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Lorica.Contracts;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>A broker with a KMS in memory; no real keys exist, only their check values.</summary>
internal sealed partial class FakeBroker : KeyBroker.KeyBrokerBase
{
    private readonly ConcurrentDictionary<string, string> _hosts = new();

    /// <summary>Keys of hosts that were pinned, by host id.</summary>
    public IReadOnlyDictionary<string, string> Pinned => _hosts;
    private readonly ConcurrentDictionary<string, ProviderDescription> _providers = new();

    /// <summary>Check value by key id.</summary>
    public ConcurrentDictionary<string, string> Keys { get; } = new();

    public ConcurrentQueue<string> CreatedNames { get; } = new();

    public ConcurrentQueue<CreateKeyRequest> Created { get; } = new();

    /// <summary>No server of any provider answers.</summary>
    public bool KmsDown { get; set; }

    /// <summary>The next key gets this id.</summary>
    public string? NextId { get; set; }

    /// <summary>Runs inside ActivateKey.</summary>
    public Func<KeyRef, Task>? OnActivate { get; set; }

    /// <summary>Runs before a key is checked: between the look at the rules and the begin of the work.</summary>
    public Func<KeyRef, Task>? OnCheck { get; set; }

    public int SealCalls;

    public override Task<BrokerDescription> Describe(DescribeRequest request, ServerCallContext context) =>
        Task.FromResult(
            new BrokerDescription { Version = "fake", ReceiveKey = ByteString.CopyFrom(new byte[65]), KeyMemory = "mlock" });

    public override Task<ServerCertificate> ProbeServer(ProbeServerRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerCertificate { Sha256 = new string('a', 64), Subject = "CN=kms", Pem = "PEM" });

    public override Task<ProviderDescription> ConfigureProvider(ConfigureProviderRequest request, ServerCallContext context)
    {
        Configured.Enqueue(request);
        var d = new ProviderDescription
        {
            Name = request.Name, IdentityKind = KindOf(request), ClientCertificatePem = "PEM",
            UserName = request.Credential is null ? "" : "user",
        };
        d.Present = Identity(d.IdentityKind, "PEM");
        _providers[request.Name] = d;
        return Task.FromResult(d);
    }

    private string KindOf(ConfigureProviderRequest request) => request.Identity?.KindCase switch
    {
        ClientIdentity.KindOneofCase.BrokerCertificate => "brokerCertificate",
        ClientIdentity.KindOneofCase.SelfSigned => "selfSigned",
        ClientIdentity.KindOneofCase.Uploaded => "uploaded",
        ClientIdentity.KindOneofCase.CertificateRequest => "requested",
        _ => _providers.GetValueOrDefault(request.Name)?.IdentityKind ?? "brokerCertificate",
    };

    /// <summary>Removals that were carried out.</summary>
    public ConcurrentQueue<RemoveProviderRequest> Removed { get; } = [];

    public override Task<RemoveProviderReply> RemoveProvider(RemoveProviderRequest request, ServerCallContext context)
    {
        bool kept = Removed.LastOrDefault(r => r.Name == request.Name) is { KeepIdentity: true };
        if (!_providers.TryRemove(request.Name, out _) && !kept)
        {
            throw FaultCodec.ToRpc(new Fault(FaultTypes.NotFound, "lorica.providerUnknown", request.Name, "no"));
        }

        Removed.Enqueue(request);
        return Task.FromResult(new RemoveProviderReply());
    }

    public override Task<CreateKeyReply> CreateKey(CreateKeyRequest request, ServerCallContext context)
    {
        if (KmsDown)
        {
            throw FaultCodec.ToRpc(
                new Fault(FaultTypes.HostCommunication, "lorica.providerUnreachable", request.Provider, "No server answers."));
        }

        CreatedNames.Enqueue(request.Name);
        Created.Enqueue(request);
        string id = NextId ?? $"key-{Guid.NewGuid():N}";
        Keys.TryAdd(id, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        return Task.FromResult(new CreateKeyReply { Key = new KeyRef { Provider = request.Provider, KeyId = id } });
    }

    public override async Task<KeyStatus> CheckKey(CheckKeyRequest request, ServerCallContext context)
    {
        await (OnCheck?.Invoke(request.Key) ?? Task.CompletedTask);
        string? kcv = Keys.GetValueOrDefault(request.Key.KeyId);
        string? reason = KmsDown ? KeyReasons.ProviderUnreachable
            : !_providers.ContainsKey(request.Key.Provider) ? KeyReasons.ProviderUnknown
            : kcv is null ? KeyReasons.MissingOnKms
            : request.ExpectedKcv.Length > 0 && kcv != request.ExpectedKcv ? KeyReasons.WrongKey
            : Odd.GetValueOrDefault(request.Key.KeyId) ?? (StateOf(request.Key) != "Active" ? KeyReasons.NotActiveOnKms : null);
        var status = new KeyStatus
        {
            Key = request.Key, Kcv = kcv ?? "", State = StateOf(request.Key),
            NoProtect = StateOf(request.Key) != "Active" ? $"Its state is {StateOf(request.Key)}."
                : NoProtect.GetValueOrDefault(request.Key.KeyId, ""),
        };
        if (reason is not null)
        {
            status.Fault = new KeyFault { Key = request.Key, Reason = reason, Detail = status.NoProtect };
        }

        return status;
    }

    public override async Task<KeyStatus> ActivateKey(ActivateKeyRequest request, ServerCallContext context)
    {
        if (OnActivate is { } act)
        {
            await act(request.Key);
        }

        return new KeyStatus { Key = request.Key, Kcv = Keys[request.Key.KeyId], State = "Active" };
    }

    public override Task<SealKeysReply> SealKeys(SealKeysRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref SealCalls);
        if (!_hosts.TryGetValue(request.Host.HostId, out string? pin)
            || pin != Convert.ToHexStringLower(SHA256.HashData(request.Host.HostSpki.Span)))
        {
            throw FaultCodec.ToRpc(new Fault(FaultTypes.NoPermission, "lorica.hostNotPinned", request.Host.HostId, "not pinned"));
        }

        var reply = new SealKeysReply();
        ulong sequence = request.Host.FirstSequence;
        foreach (var key in request.Keys)
        {
            string? reason = ReasonOf(key.Key, key.ExpectedKcv);
            if (reason == KeyReasons.NotActiveOnKms && key.ToOpenOnly && StateOf(key.Key) is "Deactivated" or "Compromised")
            {
                reason = null;
            }

            if (reason is not null)
            {
                reply.Faults.Add(new KeyFault
                {
                    Key = key.Key, Reason = reason,
                    Detail = reason == KeyReasons.NotActiveOnKms ? $"Its state is {StateOf(key.Key)}." : "",
                });
                continue;
            }

            reply.Sealed.Add(new SealedKey
            {
                Key = key.Key, Kcv = key.ExpectedKcv, Operation = key.Operation, Sequence = sequence++,
                Ciphertext = ByteString.CopyFromUtf8(key.ExpectedKcv),
            });
        }

        return Task.FromResult(reply);
    }

    public override Task<PinHostReply> UnpinHost(UnpinHostRequest request, ServerCallContext context)
    {
        _hosts.TryRemove(request.HostId, out _);
        return Task.FromResult(new PinHostReply());
    }

    public override Task<PinHostReply> PinHost(PinHostRequest request, ServerCallContext context)
    {
        _hosts[request.HostId] = Convert.ToHexStringLower(request.SpkiSha256.Span);
        return Task.FromResult(new PinHostReply());
    }
}
