using System.Security.Cryptography;
using Google.Protobuf;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Host.Refusals;

namespace Lorica.Host.Keys;

/// <summary>
/// The receiving end of "how a key travels": a receive key and a boot nonce made at each start, in memory only, presented under
/// the signature of the host's certificate key; and a sequence number, so that no delivery is taken twice, out of order, or by
/// another start of the host. A delivery that does not open changes nothing; one that opens uses its number up, whatever it
/// holds.
/// </summary>
internal sealed class KeyReceiver : IDisposable
{
    private const int KekBytes = 32, TagBytes = 16;
    private const int MaximumText = 1024;

    private readonly Lock _gate = new();
    private readonly HpkeReceiver _receiver = new();
    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(32);
    private readonly KeyCache _cache;
    private readonly HostIdentity _identity;
    private readonly byte[] _signature;
    private ulong _next = 1;

    public KeyReceiver(HostIdentity identity, KeyCache cache)
    {
        _identity = identity;
        _cache = cache;
        _signature = identity.Sign(KeyDelivery.PresentationToSign(_receiver.PublicKey, _nonce));
    }

    /// <summary>What a broker needs to seal keys to this start of this host.</summary>
    public HostPresentation Present()
    {
        lock (_gate)
        {
            return new HostPresentation
            {
                HostId = _identity.Id,
                ReceiveKey = ByteString.CopyFrom(_receiver.PublicKey),
                BootNonce = ByteString.CopyFrom(_nonce),
                Signature = ByteString.CopyFrom(_signature),
                HostSpki = ByteString.CopyFrom(_identity.Spki),
                FirstSequence = _next,
            };
        }
    }

    /// <summary>Takes one delivery into the cache.</summary>
    /// <returns>The check value that this host computed.</returns>
    public string Receive(SealedKey delivery)
    {
        // Step 1: shape, before anything is computed.
        if (delivery.Key is null || delivery.Key.Provider.Length is 0 or > MaximumText
            || delivery.Key.KeyId.Length is 0 or > MaximumText
            || delivery.Kcv.Length != 16 || delivery.Operation.Length > MaximumText
            || delivery.Enc.Length != 65 || delivery.Ciphertext.Length != KekBytes + TagBytes)
        {
            throw Refuse.Argument("AddKeys", "The delivery of a key is malformed.", "Seal the key anew.");
        }

        var id = delivery.Key.ToId();
        lock (_gate)
        {
            // Step 2: only the next number.
            if (delivery.Sequence != _next)
            {
                throw Refuse.With(FaultTypes.InvalidState, "lorica.keySequence", id.ToString(),
                    $"The delivery of the key {id} has number {delivery.Sequence}; this host takes {_next} next.",
                    "Ask the host for its presentation and seal the key anew.");
            }

            // Step 3: unseal straight into key memory; what is bound (center, host, start, number, key, step) must all be ours.
            var key = _receiver.Open(delivery.Enc.Span,
                KeyDelivery.Info(_identity.CenterSpkiSha256, _identity.SpkiSha256, _nonce, delivery.Sequence),
                KeyDelivery.AdditionalData(id, delivery.Kcv, delivery.Operation), delivery.Ciphertext.Span);
            _next++;

            // Step 4: the key that was announced, and never another one under a known id.
            string kcv = KeyCheckValue.Compute(key);
            if (!string.Equals(kcv, delivery.Kcv, StringComparison.Ordinal))
            {
                key.Dispose();
                throw Refuse.Tampered("wrongKey", id.ToString(),
                    $"The key delivered as {id} has check value {kcv}; {delivery.Kcv} was announced: it is another key.",
                    "Find out which key the KMS holds under this identifier.");
            }

            return _cache.Add(id, key);
        }
    }

    public void Dispose() => _receiver.Dispose();
}
