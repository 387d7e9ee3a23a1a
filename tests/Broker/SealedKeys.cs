using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Trust;
using Lorica.Crypto;

namespace Lorica.Broker.Tests;

/// <summary>Asks for keys as a center does for a host that is pinned.</summary>
internal static class SealedKeys
{
    public static async Task<SealKeysReply> ToAsync(BrokerFixture broker, IReadOnlyList<KeyStatus> keys, bool toOpenOnly)
    {
        var host = broker.Pki.Issue("host", Roles.Host);
        using var receiver = new HpkeReceiver();
        var (id, nonce) = (Guid.NewGuid().ToString("D"), RandomNumberGenerator.GetBytes(32));
        byte[] spki = host.Certificate.PublicKey.ExportSubjectPublicKeyInfo();
        await broker.Client.PinHostAsync(
            new PinHostRequest { HostId = id, SpkiSha256 = ByteString.CopyFrom(SHA256.HashData(spki)) });
        using var signer = host.Certificate.GetECDsaPrivateKey()!;
        var request = new SealKeysRequest
        {
            Host = new HostPresentation
            {
                HostId = id, ReceiveKey = ByteString.CopyFrom(receiver.PublicKey), BootNonce = ByteString.CopyFrom(nonce),
                HostSpki = ByteString.CopyFrom(spki), FirstSequence = 1,
                Signature = ByteString.CopyFrom(signer.SignData(KeyDelivery.PresentationToSign(receiver.PublicKey, nonce),
                    HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            },
            CenterSpkiSha256 = ByteString.CopyFrom(new byte[32]),
        };
        request.Keys.AddRange(keys.Select(k => new KeyToSeal
        {
            Key = k.Key, ExpectedKcv = k.Kcv, Operation = "unlock", ToOpenOnly = toOpenOnly,
        }));
        return await broker.Client.SealKeysAsync(request);
    }
}
