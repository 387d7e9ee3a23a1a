using Lorica.Crypto;

namespace Lorica.Host.Home;

/// <summary>The keys of a bundle's text.</summary>
internal static class Bundles
{
    /// <summary>
    /// The keys under which it is sealed; <see cref="FormatException"/> when it is no bundle of one or two pairs.
    /// </summary>
    public static IReadOnlyList<KeyId> KeyIds(string bundle)
    {
        try
        {
            var keys = Bundle.KeyIds(bundle);
            return keys.Count is 1 or 2 ? keys : throw new FormatException($"its bundle has {keys.Count} pairs");
        }
        catch (CryptoException e)
        {
            throw new FormatException($"its bundle is malformed: {e.Message}", e);
        }
    }
}
