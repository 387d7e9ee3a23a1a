using Google.Protobuf;
using Grpc.Core;
using Lorica.Broker.Hosting;
using Lorica.Broker.Hosts;
using Lorica.Broker.Identities;
using Lorica.Broker.Keys;
using Lorica.Broker.Providers;
using Lorica.Contracts;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Platform.Trust;

namespace Lorica.Broker.Service;

/// <summary>The broker's face towards the center: checks what was asked for, in the order of the request, then does it.</summary>
internal sealed partial class KeyBrokerService(
    ProviderStore providers, HostPins hosts, KeyWork keys, Health health, HpkeReceiver receiver, IdentityChanges identities,
    NodeIdentity self, TimeProvider time, ILogger<KeyBrokerService> log) : KeyBroker.KeyBrokerBase
{
    private const int MaximumKeysPerCall = 10_000;
    private const int MaximumNameLength = 80;
    private const int MaximumIdLength = 1024;

    public override Task<BrokerDescription> Describe(DescribeRequest request, ServerCallContext context)
    {
        var description = new BrokerDescription
        {
            Version = typeof(KeyBrokerService).Assembly.GetName().Version?.ToString(3) ?? "",
            ReceiveKey = ByteString.CopyFrom(receiver.PublicKey),
            CertificatePem = self.Certificate.ExportCertificatePem(),
            HardwareAes = XtsAes256.HardwareAes,
            KeyMemory = KeyMemory.Kind == KeyMemoryKind.SecretMemory ? "memfd_secret" : "mlock",
        };
        description.PinnedHosts.AddRange(hosts.Ids);
        return Task.FromResult(description);
    }

    public override async Task<CreateKeyReply> CreateKey(CreateKeyRequest request, ServerCallContext context)
    {
        if (request.Name.Length is 0 or > MaximumIdLength)
            throw Argument("name", "A key needs a name of its own.");
        return new CreateKeyReply { Key = await keys.CreateAsync(request, context.CancellationToken) };
    }

    public override Task<KeyStatus> ActivateKey(ActivateKeyRequest request, ServerCallContext context) =>
        keys.ActivateAsync(Checked(request.Key), context.CancellationToken);

    public override async Task<KeyStatus> CheckKey(CheckKeyRequest request, ServerCallContext context) =>
        (await keys.CheckAsync([(Checked(request.Key), request.ExpectedKcv)], context.CancellationToken)).Keys[0];

    public override Task<CheckKeysReply> CheckKeys(CheckKeysRequest request, ServerCallContext context) =>
        request.Keys.Count <= MaximumKeysPerCall
            ? keys.CheckAsync([.. request.Keys.Select(k => (Checked(k.Key), k.ExpectedKcv))], context.CancellationToken)
            : throw Argument("keys", "At most 10000 keys are checked at once.");

    public override async Task<SealKeysReply> SealKeys(SealKeysRequest request, ServerCallContext context)
    {
        if (request.Host is null || request.CenterSpkiSha256.Length != 32 || request.Keys.Count > MaximumKeysPerCall)
            throw Argument("host", "A delivery names its host, its center, and at most 10000 keys.");
        try
        {
            hosts.Verify(request.Host);
        }
        catch (FaultException e)
        {
            log.HostRefused(request.Host.HostId, e.Fault.Message);
            throw;
        }

        var reply = new SealKeysReply();
        foreach (var group in request.Keys.GroupBy(k => Checked(k.Key).Provider, StringComparer.Ordinal))
            await SealGroupAsync(request, group.Key, [.. group], reply, context.CancellationToken);
        return reply;
    }

    public override Task<PinHostReply> PinHost(PinHostRequest request, ServerCallContext context)
    {
        hosts.Pin(request.HostId, request.SpkiSha256.Span);
        log.HostPinned(request.HostId);
        return Task.FromResult(new PinHostReply());
    }

    public override Task<PinHostReply> UnpinHost(UnpinHostRequest request, ServerCallContext context)
    {
        hosts.Unpin(request.HostId);
        return Task.FromResult(new PinHostReply());
    }

    private async Task SealGroupAsync(
        SealKeysRequest request, string providerName, KeyToSeal[] wanted, SealKeysReply reply, CancellationToken ct)
    {
        if (providers.Find(providerName) is not { } provider)
        {
            foreach (var key in wanted)
            {
                reply.Faults.Add(keys.Say(
                    KeyFaults.Of(key.Key, KeyReasons.ProviderUnknown, $"No provider named {providerName} is registered.")));
            }

            return;
        }

        await using var session = keys.Open(provider);
        byte[] hostSpki = System.Security.Cryptography.SHA256.HashData(request.Host.HostSpki.Span);
        reply.Faults.AddRange(await keys.DeliverAsync(session, wanted, (key, kek, kcv) =>
        {
            ulong sequence = request.Host.FirstSequence + (ulong)reply.Sealed.Count;
            var (enc, ciphertext) = HpkeSender.Seal(request.Host.ReceiveKey.Span,
                KeyDelivery.Info(request.CenterSpkiSha256.Span, hostSpki, request.Host.BootNonce.Span, sequence),
                KeyDelivery.AdditionalData(new KeyId(key.Key.Provider, key.Key.KeyId), kcv, key.Operation), kek);
            reply.Sealed.Add(new SealedKey
            {
                Key = key.Key, Kcv = kcv, Operation = key.Operation, Sequence = sequence,
                Enc = UnsafeByteOperations.UnsafeWrap(enc), Ciphertext = UnsafeByteOperations.UnsafeWrap(ciphertext),
            });
            log.KeySealed(KeyWork.Name(key.Key), request.Host.HostId, sequence);
        }, ct));
    }

    private static KeyRef Checked(KeyRef? key) =>
        key is { Provider.Length: > 0 and <= MaximumNameLength, KeyId.Length: > 0 and <= MaximumIdLength }
            ? key : throw Argument("key", "A key is named by its provider and its identifier.");

    private static FaultException Argument(string what, string message) =>
        new(new Fault(FaultTypes.InvalidArgument, "lorica.argument", what, message));
}
