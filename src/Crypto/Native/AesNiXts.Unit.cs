using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Lorica.Crypto.Native;

/// <summary>One data unit of any length from 16 bytes, with ciphertext stealing (IEEE 1619-2018, 5.3 and 5.4).</summary>
internal static unsafe partial class AesNiXts
{
    // SAFETY (both): from and to are length >= 16 bytes, the same or disjoint; tweak is 16 bytes; keys is a filled key buffer.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void EncryptUnit(byte* keys, byte* from, byte* to, int length, byte* tweak)
    {
        byte* k = keys + XtsKeys.Encrypt;
        var t = EncryptBlock(keys + XtsKeys.Tweak, Sse2.LoadVector128(tweak));
        int grouped = length / Block & ~(Lanes - 1);
        t = EncryptBlocks(k, from, to, grouped, t);
        from += grouped * Block;
        to += grouped * Block;
        length -= grouped * Block;
        for (; length >= Block; from += Block, to += Block, length -= Block)
        {
            Sse2.Store(to, Sse2.Xor(EncryptBlock(k, Sse2.Xor(Sse2.LoadVector128(from), t)), t));
            t = Double(t);
        }

        if (length > 0)
        {
            // The tail takes the head of the last whole block's ciphertext, which is then encrypted again behind the tail.
            Steal(from, to, length);
            to -= Block;
            Sse2.Store(to, Sse2.Xor(EncryptBlock(k, Sse2.Xor(Sse2.LoadVector128(to), t)), t));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void DecryptUnit(byte* keys, byte* from, byte* to, int length, byte* tweak)
    {
        byte* k = keys + XtsKeys.Decrypt;
        var t = EncryptBlock(keys + XtsKeys.Tweak, Sse2.LoadVector128(tweak));

        // The last whole block before a tail was encrypted under the tail's tweak: it is left for the end.
        int whole = (length / Block) - (length % Block == 0 ? 0 : 1);
        int grouped = whole & ~(Lanes - 1);
        t = DecryptBlocks(k, from, to, grouped, t);
        from += grouped * Block;
        to += grouped * Block;
        for (int i = grouped; i < whole; i++, from += Block, to += Block)
        {
            Sse2.Store(to, Sse2.Xor(DecryptBlock(k, Sse2.Xor(Sse2.LoadVector128(from), t)), t));
            t = Double(t);
        }

        if (length % Block != 0)
        {
            var last = Double(t);
            Sse2.Store(to, Sse2.Xor(DecryptBlock(k, Sse2.Xor(Sse2.LoadVector128(from), last)), last));
            Steal(from + Block, to + Block, length % Block);
            Sse2.Store(to, Sse2.Xor(DecryptBlock(k, Sse2.Xor(Sse2.LoadVector128(to), t)), t));
        }
    }

    /// <summary>
    /// Swaps the tail of the input with the head of the block before it in the output. In place works: read before written.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Steal(byte* tail, byte* output, int length)
    {
        for (int i = 0; i < length; i++)
        {
            byte given = tail[i];
            output[i] = output[i - Block];
            output[i - Block] = given;
        }
    }
}
