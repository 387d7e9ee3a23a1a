using System.Security.Cryptography;

namespace Lorica.Crypto.Hpke;

/// <summary>P-256 keys and points as RFC 9180 writes them: uncompressed, 0x04 ‖ X ‖ Y.</summary>
internal static class P256
{
    private const int CoordinateBytes = 32;

    public static byte[] Serialize(ECDiffieHellman key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return [0x04, .. point.X!, .. point.Y!];
    }

    /// <summary>A public key; the platform refuses points that are not on the curve.</summary>
    public static ECDiffieHellman Deserialize(ReadOnlySpan<byte> point)
    {
        if (point.Length != HpkeSuite.PublicKeyBytes || point[0] != 0x04)
        {
            throw new CryptoException(CryptoErrorKind.InvalidKey, "Not an uncompressed P-256 point of 65 bytes.");
        }

        try
        {
            return ECDiffieHellman.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint
                {
                    X = point.Slice(1, CoordinateBytes).ToArray(),
                    Y = point.Slice(1 + CoordinateBytes, CoordinateBytes).ToArray(),
                },
            });
        }
        catch (CryptographicException e)
        {
            throw new CryptoException(CryptoErrorKind.InvalidKey, "Not a point of P-256.", e);
        }
    }

    /// <summary>The x coordinate of the shared point, in key memory; the platform's copy is erased.</summary>
    public static KeyBuffer Agree(ECDiffieHellman own, ECDiffieHellman other)
    {
        using var publicKey = other.PublicKey;
        byte[] secret = own.DeriveRawSecretAgreement(publicKey);
        try
        {
            return KeyBuffer.CopyOf(secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
