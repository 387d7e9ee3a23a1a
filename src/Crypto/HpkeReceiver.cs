using System.Security.Cryptography;
using Lorica.Crypto.Hpke;

namespace Lorica.Crypto;

/// <summary>
/// Receives keys sealed by <see cref="HpkeSender"/>. The private key is made here, lives in the platform's memory (not in key
/// memory) until disposal, and is never exported. Calls may come from several threads.
/// </summary>
public sealed class HpkeReceiver : IDisposable
{
    private readonly ECDiffieHellman _key;
    private readonly byte[] _publicKey;
    private readonly Lock _gate = new();

    /// <summary>Makes a fresh receive key.</summary>
    public HpkeReceiver()
        : this(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256))
    {
    }

    /// <summary>The seam for published vectors; takes ownership of the key.</summary>
    internal HpkeReceiver(ECDiffieHellman key)
    {
        _key = key;
        _publicKey = P256.Serialize(key);
    }

    /// <summary>The public key: 65 bytes, uncompressed. A copy each time.</summary>
    public byte[] PublicKey => [.. _publicKey];

    /// <summary>
    /// Opens one message into key memory; the caller owns the result. Whatever is wrong with it (encapsulated key, info,
    /// additional data, ciphertext) is <see cref="CryptoErrorKind.HpkeOpenFailed"/>.
    /// </summary>
    public KeyBuffer Open(ReadOnlySpan<byte> enc, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> ciphertext)
    {
        if (ciphertext.Length <= HpkeSuite.TagBytes)
        {
            throw new CryptoException(CryptoErrorKind.HpkeOpenFailed, "The sealed key is too short.");
        }

        try
        {
            using var sender = P256.Deserialize(enc);
            using var dh = Agree(sender);
            using var shared = HpkeSuite.SharedSecret(dh, enc, _publicKey);
            using var schedule = HpkeSuite.KeySchedule(shared, info);
            return HpkeSuite.Open(schedule, aad, ciphertext);
        }
        catch (CryptoException e) when (e.Kind == CryptoErrorKind.InvalidKey)
        {
            throw new CryptoException(CryptoErrorKind.HpkeOpenFailed, "The sealed key carries no point of P-256.", e);
        }
        catch (CryptographicException e)
        {
            throw new CryptoException(
                CryptoErrorKind.HpkeOpenFailed,
                "The sealed key does not open: it was sealed for another receiver, start or step, or edited.", e);
        }
        finally
        {
            StackScrubber.Scrub();
        }
    }

    /// <summary>Erases the private key.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _key.Dispose();
        }
    }

    private KeyBuffer Agree(ECDiffieHellman sender)
    {
        lock (_gate)
        {
            return P256.Agree(_key, sender);
        }
    }
}
