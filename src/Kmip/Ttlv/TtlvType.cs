namespace Lorica.Kmip.Ttlv;

/// <summary>Item Type (KMIP 1.4, 9.1.1.2).</summary>
internal enum TtlvType : byte
{
    Structure = 1,
    Integer = 2,
    LongInteger = 3,
    BigInteger = 4,
    Enumeration = 5,
    Boolean = 6,
    TextString = 7,
    ByteString = 8,
    DateTime = 9,
    Interval = 10,
}
