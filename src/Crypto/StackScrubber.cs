using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Lorica.Crypto.Native;

namespace Lorica.Crypto;

/// <summary>Removes what finished calls left behind on the stack and in vector registers.</summary>
public static class StackScrubber
{
    /// <summary>
    /// Overwrites <paramref name="bytes"/> of dead stack below the caller, and the vector registers. The default covers the
    /// frames of the platform's ciphers and a signal frame with its saved registers.
    /// </summary>
    public static void Scrub(int bytes = 16384)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, 256 * 1024);
        VectorRegisters.Overwrite();
        Below(bytes);
    }

    // Not inlined: its frame has to lie where the frames of the calls before lay.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Below(int bytes)
    {
        Span<byte> dead = stackalloc byte[bytes];
        CryptographicOperations.ZeroMemory(dead);
    }
}
