using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Messages;

/// <summary>
/// Finds the raw material in the answer to Get. Takes only what a key encryption key of ours can be: a symmetric key, format Raw,
/// not wrapped, not compressed, AES where the server says so, of exactly the length asked for. Anything else says something about
/// the object, not about the server: <see cref="KmipErrorKind.Unusable"/>.
/// </summary>
internal static class KeyBlockReader
{
    private const int FormatRaw = 1;
    private const int AlgorithmAes = 3;

    /// <summary>The material as a view into the message.</summary>
    public static ReadOnlySpan<byte> Material(TtlvItem payload, string uniqueIdentifier, int length)
    {
        if (payload.Need(Tags.UniqueIdentifier).Text() != uniqueIdentifier)
        {
            throw KmipException.OtherObject("Get was answered with another object than the one asked for");
        }

        var type = (KmipObjectType)payload.Need(Tags.ObjectType).Enumeration();
        if (type != KmipObjectType.SymmetricKey)
        {
            throw KmipException.Unusable($"the object is a {type}, not a symmetric key");
        }

        var block = payload.Need(Tags.SymmetricKey).Need(Tags.KeyBlock);
        if (block.Find(Tags.KeyWrappingData).IsPresent || block.Find(Tags.KeyCompressionType).IsPresent)
        {
            throw KmipException.Unusable("the key came wrapped or compressed although neither was asked for");
        }

        if (block.Need(Tags.KeyFormatType).Enumeration() != FormatRaw)
        {
            throw KmipException.Unusable("the key came in another format than Raw");
        }

        var algorithm = block.Find(Tags.CryptographicAlgorithm);
        if (algorithm.IsPresent && algorithm.Enumeration() != AlgorithmAes)
        {
            throw KmipException.Unusable("the key is not for AES");
        }

        var material = block.Need(Tags.KeyValue).Need(Tags.KeyMaterial).Bytes();
        if (material.Length != length)
        {
            throw KmipException.Unusable($"the key has {material.Length} bytes instead of {length}");
        }

        var bits = block.Find(Tags.CryptographicLength);
        if (bits.IsPresent && bits.Integer() != length * 8)
        {
            throw KmipException.Unusable($"the key has {length * 8} bits and its Cryptographic Length says {bits.Integer()}");
        }

        return material;
    }
}
