using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lorica.Crypto.Native;

internal static unsafe partial class AesNiXts
{
    /// <summary>Decrypts sectors whose tweaks are consecutive numbers; each is 32 blocks, four times eight.</summary>
    // SAFETY: from and to are count * 512 bytes, the same or disjoint; keys is a filled key buffer, 64-byte aligned.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void DecryptSectors(byte* keys, byte* from, byte* to, int count, ulong first)
    {
        TweakBlocks space;
        var tweaks = (Vector128<byte>*)&space;
        while (count > 0)
        {
            int batch = Math.Min(count, TweakBatch);
            InitialTweaks(keys + XtsKeys.Tweak, tweaks, batch, first);
            for (int sector = 0; sector < batch; sector++)
            {
                DecryptBlocks(keys + XtsKeys.Decrypt, from, to, SectorBytes / Block, tweaks[sector]);
                from += SectorBytes;
                to += SectorBytes;
            }

            first += (ulong)batch;
            count -= batch;
        }
    }

    /// <summary>Whole groups of eight blocks; returns the tweak of the block after them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> DecryptBlocks(byte* k, byte* from, byte* to, int blocks, Vector128<byte> t0)
    {
        Vector128<byte> t1 = Double(t0), t2 = Double(t1), t3 = Double(t2), t4 = Double(t3);
        Vector128<byte> t5 = Double(t4), t6 = Double(t5), t7 = Double(t6);
        for (; blocks >= Lanes; blocks -= Lanes, from += Lanes * Block, to += Lanes * Block)
        {
            var x0 = Sse2.Xor(Sse2.Xor(Sse2.LoadVector128(from), t0), Sse2.LoadAlignedVector128(k));
            var x1 = Sse2.Xor(Sse2.Xor(Sse2.LoadVector128(from + 16), t1), Sse2.LoadAlignedVector128(k));
            var x2 = Sse2.Xor(Sse2.Xor(Sse2.LoadVector128(from + 32), t2), Sse2.LoadAlignedVector128(k));
            var x3 = Sse2.Xor(Sse2.Xor(Sse2.LoadVector128(from + 48), t3), Sse2.LoadAlignedVector128(k));
            var x4 = Sse2.Xor(Sse2.Xor(Sse2.LoadVector128(from + 64), t4), Sse2.LoadAlignedVector128(k));
            var x5 = Sse2.Xor(Sse2.Xor(Sse2.LoadVector128(from + 80), t5), Sse2.LoadAlignedVector128(k));
            var x6 = Sse2.Xor(Sse2.Xor(Sse2.LoadVector128(from + 96), t6), Sse2.LoadAlignedVector128(k));
            var x7 = Sse2.Xor(Sse2.Xor(Sse2.LoadVector128(from + 112), t7), Sse2.LoadAlignedVector128(k));

            x0 = Aes.Decrypt(x0, Sse2.LoadAlignedVector128(k + 16));
            x1 = Aes.Decrypt(x1, Sse2.LoadAlignedVector128(k + 16));
            x2 = Aes.Decrypt(x2, Sse2.LoadAlignedVector128(k + 16));
            x3 = Aes.Decrypt(x3, Sse2.LoadAlignedVector128(k + 16));
            x4 = Aes.Decrypt(x4, Sse2.LoadAlignedVector128(k + 16));
            x5 = Aes.Decrypt(x5, Sse2.LoadAlignedVector128(k + 16));
            x6 = Aes.Decrypt(x6, Sse2.LoadAlignedVector128(k + 16));
            x7 = Aes.Decrypt(x7, Sse2.LoadAlignedVector128(k + 16));

            x0 = Aes.Decrypt(x0, Sse2.LoadAlignedVector128(k + 32));
            x1 = Aes.Decrypt(x1, Sse2.LoadAlignedVector128(k + 32));
            x2 = Aes.Decrypt(x2, Sse2.LoadAlignedVector128(k + 32));
            x3 = Aes.Decrypt(x3, Sse2.LoadAlignedVector128(k + 32));
            x4 = Aes.Decrypt(x4, Sse2.LoadAlignedVector128(k + 32));
            x5 = Aes.Decrypt(x5, Sse2.LoadAlignedVector128(k + 32));
            x6 = Aes.Decrypt(x6, Sse2.LoadAlignedVector128(k + 32));
            x7 = Aes.Decrypt(x7, Sse2.LoadAlignedVector128(k + 32));

            x0 = Aes.Decrypt(x0, Sse2.LoadAlignedVector128(k + 48));
            x1 = Aes.Decrypt(x1, Sse2.LoadAlignedVector128(k + 48));
            x2 = Aes.Decrypt(x2, Sse2.LoadAlignedVector128(k + 48));
            x3 = Aes.Decrypt(x3, Sse2.LoadAlignedVector128(k + 48));
            x4 = Aes.Decrypt(x4, Sse2.LoadAlignedVector128(k + 48));
            x5 = Aes.Decrypt(x5, Sse2.LoadAlignedVector128(k + 48));
            x6 = Aes.Decrypt(x6, Sse2.LoadAlignedVector128(k + 48));
            x7 = Aes.Decrypt(x7, Sse2.LoadAlignedVector128(k + 48));

            x0 = Aes.Decrypt(x0, Sse2.LoadAlignedVector128(k + 64));
            x1 = Aes.Decrypt(x1, Sse2.LoadAlignedVector128(k + 64));
            x2 = Aes.Decrypt(x2, Sse2.LoadAlignedVector128(k + 64));
            x3 = Aes.Decrypt(x3, Sse2.LoadAlignedVector128(k + 64));
            x4 = Aes.Decrypt(x4, Sse2.LoadAlignedVector128(k + 64));
            x5 = Aes.Decrypt(x5, Sse2.LoadAlignedVector128(k + 64));
            x6 = Aes.Decrypt(x6, Sse2.LoadAlignedVector128(k + 64));
            x7 = Aes.Decrypt(x7, Sse2.LoadAlignedVector128(k + 64));

            x0 = Aes.Decrypt(x0, Sse2.LoadAlignedVector128(k + 80));
            x1 = Aes.Decrypt(x1, Sse2.LoadAlignedVector128(k + 80));
            x2 = Aes.Decrypt(x2, Sse2.LoadAlignedVector128(k + 80));
            x3 = Aes.Decrypt(x3, Sse2.LoadAlignedVector128(k + 80));
            x4 = Aes.Decrypt(x4, Sse2.LoadAlignedVector128(k + 80));
            x5 = Aes.Decrypt(x5, Sse2.LoadAlignedVector128(k + 80));
            x6 = Aes.Decrypt(x6, Sse2.LoadAlignedVector128(k + 80));
            x7 = Aes.Decrypt(x7, Sse2.LoadAlignedVector128(k + 80));

            x0 = Aes.Decrypt(x0, Sse2.LoadAlignedVector128(k + 96));
            x1 = Aes.Decrypt(x1, Sse2.LoadAlignedVector128(k + 96));
            x2 = Aes.Decrypt(x2, Sse2.LoadAlignedVector128(k + 96));
            x3 = Aes.Decrypt(x3, Sse2.LoadAlignedVector128(k + 96));
            x4 = Aes.Decrypt(x4, Sse2.LoadAlignedVector128(k + 96));
            x5 = Aes.Decrypt(x5, Sse2.LoadAlignedVector128(k + 96));
            x6 = Aes.Decrypt(x6, Sse2.LoadAlignedVector128(k + 96));
            x7 = Aes.Decrypt(x7, Sse2.LoadAlignedVector128(k + 96));

            x0 = Aes.Decrypt(x0, Sse2.LoadAlignedVector128(k + 112));
            x1 = Aes.Decrypt(x1, Sse2.LoadAlignedVector128(k + 112));
            x2 = Aes.Decrypt(x2, Sse2.LoadAlignedVector128(k + 112));
            x3 = Aes.Decrypt(x3, Sse2.LoadAlignedVector128(k + 112));
            x4 = Aes.Decrypt(x4, Sse2.LoadAlignedVector128(k + 112));
            x5 = Aes.Decrypt(x5, Sse2.LoadAlignedVector128(k + 112));
            x6 = Aes.Decrypt(x6, Sse2.LoadAlignedVector128(k + 112));
            x7 = Aes.Decrypt(x7, Sse2.LoadAlignedVector128(k + 112));

            x0 = Aes.Decrypt(x0, Sse2.LoadAlignedVector128(k + 128));
            x1 = Aes.Decrypt(x1, Sse2.LoadAlignedVector128(k + 128));
            x2 = Aes.Decrypt(x2, Sse2.LoadAlignedVector128(k + 128));
            x3 = Aes.Decrypt(x3, Sse2.LoadAlignedVector128(k + 128));
            x4 = Aes.Decrypt(x4, Sse2.LoadAlignedVector128(k + 128));
            x5 = Aes.Decrypt(x5, Sse2.LoadAlignedVector128(k + 128));
            x6 = Aes.Decrypt(x6, Sse2.LoadAlignedVector128(k + 128));
            x7 = Aes.Decrypt(x7, Sse2.LoadAlignedVector128(k + 128));

            x0 = Aes.Decrypt(x0, Sse2.LoadAlignedVector128(k + 144));
            x1 = Aes.Decrypt(x1, Sse2.LoadAlignedVector128(k + 144));
            x2 = Aes.Decrypt(x2, Sse2.LoadAlignedVector128(k + 144));
            x3 = Aes.Decrypt(x3, Sse2.LoadAlignedVector128(k + 144));
            x4 = Aes.Decrypt(x4, Sse2.LoadAlignedVector128(k + 144));
            x5 = Aes.Decrypt(x5, Sse2.LoadAlignedVector128(k + 144));
            x6 = Aes.Decrypt(x6, Sse2.LoadAlignedVector128(k + 144));
            x7 = Aes.Decrypt(x7, Sse2.LoadAlignedVector128(k + 144));

            x0 = Aes.Decrypt(x0, Sse2.LoadAlignedVector128(k + 160));
            x1 = Aes.Decrypt(x1, Sse2.LoadAlignedVector128(k + 160));
            x2 = Aes.Decrypt(x2, Sse2.LoadAlignedVector128(k + 160));
            x3 = Aes.Decrypt(x3, Sse2.LoadAlignedVector128(k + 160));
            x4 = Aes.Decrypt(x4, Sse2.LoadAlignedVector128(k + 160));
            x5 = Aes.Decrypt(x5, Sse2.LoadAlignedVector128(k + 160));
            x6 = Aes.Decrypt(x6, Sse2.LoadAlignedVector128(k + 160));
            x7 = Aes.Decrypt(x7, Sse2.LoadAlignedVector128(k + 160));

            x0 = Aes.Decrypt(x0, Sse2.LoadAlignedVector128(k + 176));
            x1 = Aes.Decrypt(x1, Sse2.LoadAlignedVector128(k + 176));
            x2 = Aes.Decrypt(x2, Sse2.LoadAlignedVector128(k + 176));
            x3 = Aes.Decrypt(x3, Sse2.LoadAlignedVector128(k + 176));
            x4 = Aes.Decrypt(x4, Sse2.LoadAlignedVector128(k + 176));
            x5 = Aes.Decrypt(x5, Sse2.LoadAlignedVector128(k + 176));
            x6 = Aes.Decrypt(x6, Sse2.LoadAlignedVector128(k + 176));
            x7 = Aes.Decrypt(x7, Sse2.LoadAlignedVector128(k + 176));

            x0 = Aes.Decrypt(x0, Sse2.LoadAlignedVector128(k + 192));
            x1 = Aes.Decrypt(x1, Sse2.LoadAlignedVector128(k + 192));
            x2 = Aes.Decrypt(x2, Sse2.LoadAlignedVector128(k + 192));
            x3 = Aes.Decrypt(x3, Sse2.LoadAlignedVector128(k + 192));
            x4 = Aes.Decrypt(x4, Sse2.LoadAlignedVector128(k + 192));
            x5 = Aes.Decrypt(x5, Sse2.LoadAlignedVector128(k + 192));
            x6 = Aes.Decrypt(x6, Sse2.LoadAlignedVector128(k + 192));
            x7 = Aes.Decrypt(x7, Sse2.LoadAlignedVector128(k + 192));

            x0 = Aes.Decrypt(x0, Sse2.LoadAlignedVector128(k + 208));
            x1 = Aes.Decrypt(x1, Sse2.LoadAlignedVector128(k + 208));
            x2 = Aes.Decrypt(x2, Sse2.LoadAlignedVector128(k + 208));
            x3 = Aes.Decrypt(x3, Sse2.LoadAlignedVector128(k + 208));
            x4 = Aes.Decrypt(x4, Sse2.LoadAlignedVector128(k + 208));
            x5 = Aes.Decrypt(x5, Sse2.LoadAlignedVector128(k + 208));
            x6 = Aes.Decrypt(x6, Sse2.LoadAlignedVector128(k + 208));
            x7 = Aes.Decrypt(x7, Sse2.LoadAlignedVector128(k + 208));

            x0 = Aes.DecryptLast(x0, Sse2.LoadAlignedVector128(k + 224));
            x1 = Aes.DecryptLast(x1, Sse2.LoadAlignedVector128(k + 224));
            x2 = Aes.DecryptLast(x2, Sse2.LoadAlignedVector128(k + 224));
            x3 = Aes.DecryptLast(x3, Sse2.LoadAlignedVector128(k + 224));
            x4 = Aes.DecryptLast(x4, Sse2.LoadAlignedVector128(k + 224));
            x5 = Aes.DecryptLast(x5, Sse2.LoadAlignedVector128(k + 224));
            x6 = Aes.DecryptLast(x6, Sse2.LoadAlignedVector128(k + 224));
            x7 = Aes.DecryptLast(x7, Sse2.LoadAlignedVector128(k + 224));

            Sse2.Store(to, Sse2.Xor(x0, t0));
            Sse2.Store(to + 16, Sse2.Xor(x1, t1));
            Sse2.Store(to + 32, Sse2.Xor(x2, t2));
            Sse2.Store(to + 48, Sse2.Xor(x3, t3));
            Sse2.Store(to + 64, Sse2.Xor(x4, t4));
            Sse2.Store(to + 80, Sse2.Xor(x5, t5));
            Sse2.Store(to + 96, Sse2.Xor(x6, t6));
            Sse2.Store(to + 112, Sse2.Xor(x7, t7));

            t0 = Double(t7);
            t1 = Double(t0);
            t2 = Double(t1);
            t3 = Double(t2);
            t4 = Double(t3);
            t5 = Double(t4);
            t6 = Double(t5);
            t7 = Double(t6);
        }

        return t0;
    }
}
