namespace Lorica.Kmip.Tests.Codec;

/// <summary>A hostile message and what a good server answers.</summary>
internal sealed record BadVector(string Name, string Why, string Expect, string Hex)
{
    public byte[] Bytes => Convert.FromHexString(Hex);
}
