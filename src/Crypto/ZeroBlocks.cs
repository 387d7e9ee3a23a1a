namespace Lorica.Crypto;

/// <summary>Finds stored zeros: in a thin disk a sector whose stored bytes are all zero reads as zeros.</summary>
public static class ZeroBlocks
{
    /// <summary>
    /// Whether every byte is zero (vectorised; an empty span is all zero). Not for secrets: it stops at the first other byte.
    /// </summary>
    public static bool IsAllZero(ReadOnlySpan<byte> data) => !data.ContainsAnyExcept((byte)0);
}
