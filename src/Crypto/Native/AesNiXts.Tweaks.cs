using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lorica.Crypto.Native;

internal static unsafe partial class AesNiXts
{
    // Blocks in flight: an AES round takes 3 to 4 cycles and one or two can start per cycle.
    private const int Lanes = 8;

    // Sectors whose initial tweaks are encrypted together: alone, each would wait for all 14 rounds.
    private const int TweakBatch = Lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InitialTweaks(byte* k, Vector128<byte>* tweaks, int count, ulong first)
    {
        if (count == TweakBatch)
        {
            EightInitialTweaks(k, tweaks, first);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            tweaks[i] = EncryptBlock(k, Vector128.CreateScalar(first + (ulong)i).AsByte());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EightInitialTweaks(byte* k, Vector128<byte>* tweaks, ulong first)
    {
        var x0 = Sse2.Xor(Vector128.CreateScalar(first).AsByte(), Sse2.LoadAlignedVector128(k));
        var x1 = Sse2.Xor(Vector128.CreateScalar(first + 1).AsByte(), Sse2.LoadAlignedVector128(k));
        var x2 = Sse2.Xor(Vector128.CreateScalar(first + 2).AsByte(), Sse2.LoadAlignedVector128(k));
        var x3 = Sse2.Xor(Vector128.CreateScalar(first + 3).AsByte(), Sse2.LoadAlignedVector128(k));
        var x4 = Sse2.Xor(Vector128.CreateScalar(first + 4).AsByte(), Sse2.LoadAlignedVector128(k));
        var x5 = Sse2.Xor(Vector128.CreateScalar(first + 5).AsByte(), Sse2.LoadAlignedVector128(k));
        var x6 = Sse2.Xor(Vector128.CreateScalar(first + 6).AsByte(), Sse2.LoadAlignedVector128(k));
        var x7 = Sse2.Xor(Vector128.CreateScalar(first + 7).AsByte(), Sse2.LoadAlignedVector128(k));

        x0 = Aes.Encrypt(x0, Sse2.LoadAlignedVector128(k + 16));
        x1 = Aes.Encrypt(x1, Sse2.LoadAlignedVector128(k + 16));
        x2 = Aes.Encrypt(x2, Sse2.LoadAlignedVector128(k + 16));
        x3 = Aes.Encrypt(x3, Sse2.LoadAlignedVector128(k + 16));
        x4 = Aes.Encrypt(x4, Sse2.LoadAlignedVector128(k + 16));
        x5 = Aes.Encrypt(x5, Sse2.LoadAlignedVector128(k + 16));
        x6 = Aes.Encrypt(x6, Sse2.LoadAlignedVector128(k + 16));
        x7 = Aes.Encrypt(x7, Sse2.LoadAlignedVector128(k + 16));

        x0 = Aes.Encrypt(x0, Sse2.LoadAlignedVector128(k + 32));
        x1 = Aes.Encrypt(x1, Sse2.LoadAlignedVector128(k + 32));
        x2 = Aes.Encrypt(x2, Sse2.LoadAlignedVector128(k + 32));
        x3 = Aes.Encrypt(x3, Sse2.LoadAlignedVector128(k + 32));
        x4 = Aes.Encrypt(x4, Sse2.LoadAlignedVector128(k + 32));
        x5 = Aes.Encrypt(x5, Sse2.LoadAlignedVector128(k + 32));
        x6 = Aes.Encrypt(x6, Sse2.LoadAlignedVector128(k + 32));
        x7 = Aes.Encrypt(x7, Sse2.LoadAlignedVector128(k + 32));

        x0 = Aes.Encrypt(x0, Sse2.LoadAlignedVector128(k + 48));
        x1 = Aes.Encrypt(x1, Sse2.LoadAlignedVector128(k + 48));
        x2 = Aes.Encrypt(x2, Sse2.LoadAlignedVector128(k + 48));
        x3 = Aes.Encrypt(x3, Sse2.LoadAlignedVector128(k + 48));
        x4 = Aes.Encrypt(x4, Sse2.LoadAlignedVector128(k + 48));
        x5 = Aes.Encrypt(x5, Sse2.LoadAlignedVector128(k + 48));
        x6 = Aes.Encrypt(x6, Sse2.LoadAlignedVector128(k + 48));
        x7 = Aes.Encrypt(x7, Sse2.LoadAlignedVector128(k + 48));

        x0 = Aes.Encrypt(x0, Sse2.LoadAlignedVector128(k + 64));
        x1 = Aes.Encrypt(x1, Sse2.LoadAlignedVector128(k + 64));
        x2 = Aes.Encrypt(x2, Sse2.LoadAlignedVector128(k + 64));
        x3 = Aes.Encrypt(x3, Sse2.LoadAlignedVector128(k + 64));
        x4 = Aes.Encrypt(x4, Sse2.LoadAlignedVector128(k + 64));
        x5 = Aes.Encrypt(x5, Sse2.LoadAlignedVector128(k + 64));
        x6 = Aes.Encrypt(x6, Sse2.LoadAlignedVector128(k + 64));
        x7 = Aes.Encrypt(x7, Sse2.LoadAlignedVector128(k + 64));

        x0 = Aes.Encrypt(x0, Sse2.LoadAlignedVector128(k + 80));
        x1 = Aes.Encrypt(x1, Sse2.LoadAlignedVector128(k + 80));
        x2 = Aes.Encrypt(x2, Sse2.LoadAlignedVector128(k + 80));
        x3 = Aes.Encrypt(x3, Sse2.LoadAlignedVector128(k + 80));
        x4 = Aes.Encrypt(x4, Sse2.LoadAlignedVector128(k + 80));
        x5 = Aes.Encrypt(x5, Sse2.LoadAlignedVector128(k + 80));
        x6 = Aes.Encrypt(x6, Sse2.LoadAlignedVector128(k + 80));
        x7 = Aes.Encrypt(x7, Sse2.LoadAlignedVector128(k + 80));

        x0 = Aes.Encrypt(x0, Sse2.LoadAlignedVector128(k + 96));
        x1 = Aes.Encrypt(x1, Sse2.LoadAlignedVector128(k + 96));
        x2 = Aes.Encrypt(x2, Sse2.LoadAlignedVector128(k + 96));
        x3 = Aes.Encrypt(x3, Sse2.LoadAlignedVector128(k + 96));
        x4 = Aes.Encrypt(x4, Sse2.LoadAlignedVector128(k + 96));
        x5 = Aes.Encrypt(x5, Sse2.LoadAlignedVector128(k + 96));
        x6 = Aes.Encrypt(x6, Sse2.LoadAlignedVector128(k + 96));
        x7 = Aes.Encrypt(x7, Sse2.LoadAlignedVector128(k + 96));

        x0 = Aes.Encrypt(x0, Sse2.LoadAlignedVector128(k + 112));
        x1 = Aes.Encrypt(x1, Sse2.LoadAlignedVector128(k + 112));
        x2 = Aes.Encrypt(x2, Sse2.LoadAlignedVector128(k + 112));
        x3 = Aes.Encrypt(x3, Sse2.LoadAlignedVector128(k + 112));
        x4 = Aes.Encrypt(x4, Sse2.LoadAlignedVector128(k + 112));
        x5 = Aes.Encrypt(x5, Sse2.LoadAlignedVector128(k + 112));
        x6 = Aes.Encrypt(x6, Sse2.LoadAlignedVector128(k + 112));
        x7 = Aes.Encrypt(x7, Sse2.LoadAlignedVector128(k + 112));

        x0 = Aes.Encrypt(x0, Sse2.LoadAlignedVector128(k + 128));
        x1 = Aes.Encrypt(x1, Sse2.LoadAlignedVector128(k + 128));
        x2 = Aes.Encrypt(x2, Sse2.LoadAlignedVector128(k + 128));
        x3 = Aes.Encrypt(x3, Sse2.LoadAlignedVector128(k + 128));
        x4 = Aes.Encrypt(x4, Sse2.LoadAlignedVector128(k + 128));
        x5 = Aes.Encrypt(x5, Sse2.LoadAlignedVector128(k + 128));
        x6 = Aes.Encrypt(x6, Sse2.LoadAlignedVector128(k + 128));
        x7 = Aes.Encrypt(x7, Sse2.LoadAlignedVector128(k + 128));

        x0 = Aes.Encrypt(x0, Sse2.LoadAlignedVector128(k + 144));
        x1 = Aes.Encrypt(x1, Sse2.LoadAlignedVector128(k + 144));
        x2 = Aes.Encrypt(x2, Sse2.LoadAlignedVector128(k + 144));
        x3 = Aes.Encrypt(x3, Sse2.LoadAlignedVector128(k + 144));
        x4 = Aes.Encrypt(x4, Sse2.LoadAlignedVector128(k + 144));
        x5 = Aes.Encrypt(x5, Sse2.LoadAlignedVector128(k + 144));
        x6 = Aes.Encrypt(x6, Sse2.LoadAlignedVector128(k + 144));
        x7 = Aes.Encrypt(x7, Sse2.LoadAlignedVector128(k + 144));

        x0 = Aes.Encrypt(x0, Sse2.LoadAlignedVector128(k + 160));
        x1 = Aes.Encrypt(x1, Sse2.LoadAlignedVector128(k + 160));
        x2 = Aes.Encrypt(x2, Sse2.LoadAlignedVector128(k + 160));
        x3 = Aes.Encrypt(x3, Sse2.LoadAlignedVector128(k + 160));
        x4 = Aes.Encrypt(x4, Sse2.LoadAlignedVector128(k + 160));
        x5 = Aes.Encrypt(x5, Sse2.LoadAlignedVector128(k + 160));
        x6 = Aes.Encrypt(x6, Sse2.LoadAlignedVector128(k + 160));
        x7 = Aes.Encrypt(x7, Sse2.LoadAlignedVector128(k + 160));

        x0 = Aes.Encrypt(x0, Sse2.LoadAlignedVector128(k + 176));
        x1 = Aes.Encrypt(x1, Sse2.LoadAlignedVector128(k + 176));
        x2 = Aes.Encrypt(x2, Sse2.LoadAlignedVector128(k + 176));
        x3 = Aes.Encrypt(x3, Sse2.LoadAlignedVector128(k + 176));
        x4 = Aes.Encrypt(x4, Sse2.LoadAlignedVector128(k + 176));
        x5 = Aes.Encrypt(x5, Sse2.LoadAlignedVector128(k + 176));
        x6 = Aes.Encrypt(x6, Sse2.LoadAlignedVector128(k + 176));
        x7 = Aes.Encrypt(x7, Sse2.LoadAlignedVector128(k + 176));

        x0 = Aes.Encrypt(x0, Sse2.LoadAlignedVector128(k + 192));
        x1 = Aes.Encrypt(x1, Sse2.LoadAlignedVector128(k + 192));
        x2 = Aes.Encrypt(x2, Sse2.LoadAlignedVector128(k + 192));
        x3 = Aes.Encrypt(x3, Sse2.LoadAlignedVector128(k + 192));
        x4 = Aes.Encrypt(x4, Sse2.LoadAlignedVector128(k + 192));
        x5 = Aes.Encrypt(x5, Sse2.LoadAlignedVector128(k + 192));
        x6 = Aes.Encrypt(x6, Sse2.LoadAlignedVector128(k + 192));
        x7 = Aes.Encrypt(x7, Sse2.LoadAlignedVector128(k + 192));

        x0 = Aes.Encrypt(x0, Sse2.LoadAlignedVector128(k + 208));
        x1 = Aes.Encrypt(x1, Sse2.LoadAlignedVector128(k + 208));
        x2 = Aes.Encrypt(x2, Sse2.LoadAlignedVector128(k + 208));
        x3 = Aes.Encrypt(x3, Sse2.LoadAlignedVector128(k + 208));
        x4 = Aes.Encrypt(x4, Sse2.LoadAlignedVector128(k + 208));
        x5 = Aes.Encrypt(x5, Sse2.LoadAlignedVector128(k + 208));
        x6 = Aes.Encrypt(x6, Sse2.LoadAlignedVector128(k + 208));
        x7 = Aes.Encrypt(x7, Sse2.LoadAlignedVector128(k + 208));

        x0 = Aes.EncryptLast(x0, Sse2.LoadAlignedVector128(k + 224));
        x1 = Aes.EncryptLast(x1, Sse2.LoadAlignedVector128(k + 224));
        x2 = Aes.EncryptLast(x2, Sse2.LoadAlignedVector128(k + 224));
        x3 = Aes.EncryptLast(x3, Sse2.LoadAlignedVector128(k + 224));
        x4 = Aes.EncryptLast(x4, Sse2.LoadAlignedVector128(k + 224));
        x5 = Aes.EncryptLast(x5, Sse2.LoadAlignedVector128(k + 224));
        x6 = Aes.EncryptLast(x6, Sse2.LoadAlignedVector128(k + 224));
        x7 = Aes.EncryptLast(x7, Sse2.LoadAlignedVector128(k + 224));

        tweaks[0] = x0;
        tweaks[1] = x1;
        tweaks[2] = x2;
        tweaks[3] = x3;
        tweaks[4] = x4;
        tweaks[5] = x5;
        tweaks[6] = x6;
        tweaks[7] = x7;
    }

    /// <summary>Room for the tweaks of a batch of sectors; not cleared at each call.</summary>
    private struct TweakBlocks
    {
        public fixed byte Bytes[TweakBatch * Block];
    }
}
