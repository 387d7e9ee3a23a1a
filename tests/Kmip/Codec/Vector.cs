namespace Lorica.Kmip.Tests.Codec;

/// <summary>A published or captured message.</summary>
internal sealed record Vector(
    string Name, string Source, string Kind, string? Version, string? Direction, string[] Operations, bool Derived, string Hex)
{
    public byte[] Bytes => Convert.FromHexString(Hex);

    public bool IsOne => Version is "1.0" or "1.1" or "1.2" or "1.3" or "1.4";
}
