using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lorica.Crypto.Native;

/// <summary>
/// Overwrites the vector registers, in which copies of key bytes stay behind after a memory copy or a key expansion.
/// </summary>
internal static unsafe class VectorRegisters
{
    private const int Scratch = 1024;

    // Public bytes, never freed.
    private static readonly byte* Public = (byte*)NativeMemory.AllocZeroed(2 * Scratch);

    private static Vector128<ulong> _source = Vector128.Create(0x5555_5555_5555_5555ul);

    /// <summary>
    /// Puts public values into all of them. Writing the low 128 bits with VEX or EVEX encoding (and any write on Arm) clears the
    /// rest of the register.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Overwrite()
    {
        // 32 values that are all alive at once need all 16 or 32 registers: each is made from the one before and used again
        // only after the last has been made, in an order that leaves none dead early.
        var s = _source;
        Vector128<ulong> a0 = s + s, a1 = a0 ^ s, a2 = a1 + a0, a3 = a2 ^ a1, a4 = a3 + a2, a5 = a4 ^ a3, a6 = a5 + a4,
            a7 = a6 ^ a5;
        Vector128<ulong> b0 = a7 + a6, b1 = b0 ^ a7, b2 = b1 + b0, b3 = b2 ^ b1, b4 = b3 + b2, b5 = b4 ^ b3, b6 = b5 + b4,
            b7 = b6 ^ b5;
        Vector128<ulong> c0 = b7 + b6, c1 = c0 ^ b7, c2 = c1 + c0, c3 = c2 ^ c1, c4 = c3 + c2, c5 = c4 ^ c3, c6 = c5 + c4,
            c7 = c6 ^ c5;
        Vector128<ulong> d0 = c7 + c6, d1 = d0 ^ c7, d2 = d1 + d0, d3 = d2 ^ d1, d4 = d3 + d2, d5 = d4 ^ d3, d6 = d5 + d4,
            d7 = d6 ^ d5;
        var sum = d7 - a0 - d6 - a1 - d5 - a2 - d4 - a3 - d3 - a4 - d2 - a5 - d1 - a6 - d0 - a7
            - c7 - b0 - c6 - b1 - c5 - b2 - c4 - b3 - c3 - b4 - c2 - b5 - c1 - b6 - c0 - b7;

        // The result must be used, or nothing above is computed. A torn write by another thread does no harm.
        _source = sum | Vector128<ulong>.One;

        // The C library's copies use registers (16 and up, with AVX-512) that our own code may not touch when it is compiled for
        // older processors. The same routine with public bytes, once per size class, uses the same ones.
        // SAFETY: each length is at most Scratch; the two halves are disjoint.
        for (nuint length = 16; length <= Scratch; length *= 2)
        {
            _ = Libc.Move(Public, Public + Scratch, length);
        }
    }
}
