using System.Security.Cryptography.X509Certificates;

namespace Lorica.Kms.Trust;

/// <summary>What a public key must be for its holder to be believed.</summary>
internal static class KeyStrength
{
    private const int LeastRsaBits = 2048;
    private const int LeastCurveBits = 256;

    /// <summary>Why the key of <paramref name="certificate"/> is too weak; null when it is not.</summary>
    public static string? WeaknessOf(X509Certificate2 certificate)
    {
        if (certificate.PublicKey.Oid.Value == "1.2.840.113549.1.1.1")
        {
            using var rsa = certificate.GetRSAPublicKey();
            return rsa is null || rsa.KeySize < LeastRsaBits
                ? $"an RSA key of {rsa?.KeySize} bits; {LeastRsaBits} is the least" : null;
        }

        if (certificate.PublicKey.Oid.Value == "1.2.840.10045.2.1")
        {
            using var curve = certificate.GetECDsaPublicKey();
            return curve is null || curve.KeySize < LeastCurveBits
                ? $"an elliptic curve of {curve?.KeySize} bits; {LeastCurveBits} is the least" : null;
        }

        return null;
    }
}
