using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Aes = System.Runtime.Intrinsics.Arm.Aes;

namespace Lorica.Crypto.Native;

internal static unsafe partial class ArmXts
{
    /// <summary>Multiplies a tweak by α (IEEE 1619, 5.2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Double(Vector128<byte> tweak)
    {
        var carries = Vector128.Shuffle(tweak.AsInt32(), Vector128.Create(3, 0, 1, 2)) >> 31 & Vector128.Create(0x87, 1, 1, 1);
        return ((tweak.AsInt32() << 1) ^ carries).AsByte();
    }

    // AESE adds the round key first, then substitutes and shifts; the last two round keys therefore belong to the last round.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> EncryptBlock(byte* k, Vector128<byte> x)
    {
        for (int i = 0; i < (XtsKeys.Rounds - 1) * Block; i += Block)
        {
            x = Aes.MixColumns(Aes.Encrypt(x, Vector128.Load(k + i)));
        }

        return Aes.Encrypt(x, Vector128.Load(k + ((XtsKeys.Rounds - 1) * Block))) ^ Vector128.Load(k + (XtsKeys.Rounds * Block));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> DecryptBlock(byte* k, Vector128<byte> x)
    {
        for (int i = 0; i < (XtsKeys.Rounds - 1) * Block; i += Block)
        {
            x = Aes.InverseMixColumns(Aes.Decrypt(x, Vector128.Load(k + i)));
        }

        return Aes.Decrypt(x, Vector128.Load(k + ((XtsKeys.Rounds - 1) * Block))) ^ Vector128.Load(k + (XtsKeys.Rounds * Block));
    }

    /// <summary>Eight blocks; returns the tweak of the ninth.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> EncryptEight(byte* k, byte* from, byte* to, Vector128<byte> t0)
    {
        Vector128<byte> t1 = Double(t0), t2 = Double(t1), t3 = Double(t2), t4 = Double(t3);
        Vector128<byte> t5 = Double(t4), t6 = Double(t5), t7 = Double(t6);
        Vector128<byte> x0 = Vector128.Load(from) ^ t0, x1 = Vector128.Load(from + 16) ^ t1;
        Vector128<byte> x2 = Vector128.Load(from + 32) ^ t2, x3 = Vector128.Load(from + 48) ^ t3;
        Vector128<byte> x4 = Vector128.Load(from + 64) ^ t4, x5 = Vector128.Load(from + 80) ^ t5;
        Vector128<byte> x6 = Vector128.Load(from + 96) ^ t6, x7 = Vector128.Load(from + 112) ^ t7;
        for (int i = 0; i < (XtsKeys.Rounds - 1) * Block; i += Block)
        {
            var key = Vector128.Load(k + i);
            x0 = Aes.MixColumns(Aes.Encrypt(x0, key));
            x1 = Aes.MixColumns(Aes.Encrypt(x1, key));
            x2 = Aes.MixColumns(Aes.Encrypt(x2, key));
            x3 = Aes.MixColumns(Aes.Encrypt(x3, key));
            x4 = Aes.MixColumns(Aes.Encrypt(x4, key));
            x5 = Aes.MixColumns(Aes.Encrypt(x5, key));
            x6 = Aes.MixColumns(Aes.Encrypt(x6, key));
            x7 = Aes.MixColumns(Aes.Encrypt(x7, key));
        }

        var before = Vector128.Load(k + ((XtsKeys.Rounds - 1) * Block));
        var end = Vector128.Load(k + (XtsKeys.Rounds * Block));
        (Aes.Encrypt(x0, before) ^ end ^ t0).Store(to);
        (Aes.Encrypt(x1, before) ^ end ^ t1).Store(to + 16);
        (Aes.Encrypt(x2, before) ^ end ^ t2).Store(to + 32);
        (Aes.Encrypt(x3, before) ^ end ^ t3).Store(to + 48);
        (Aes.Encrypt(x4, before) ^ end ^ t4).Store(to + 64);
        (Aes.Encrypt(x5, before) ^ end ^ t5).Store(to + 80);
        (Aes.Encrypt(x6, before) ^ end ^ t6).Store(to + 96);
        (Aes.Encrypt(x7, before) ^ end ^ t7).Store(to + 112);
        return Double(t7);
    }

    /// <summary>Eight blocks; returns the tweak of the ninth.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> DecryptEight(byte* k, byte* from, byte* to, Vector128<byte> t0)
    {
        Vector128<byte> t1 = Double(t0), t2 = Double(t1), t3 = Double(t2), t4 = Double(t3);
        Vector128<byte> t5 = Double(t4), t6 = Double(t5), t7 = Double(t6);
        Vector128<byte> x0 = Vector128.Load(from) ^ t0, x1 = Vector128.Load(from + 16) ^ t1;
        Vector128<byte> x2 = Vector128.Load(from + 32) ^ t2, x3 = Vector128.Load(from + 48) ^ t3;
        Vector128<byte> x4 = Vector128.Load(from + 64) ^ t4, x5 = Vector128.Load(from + 80) ^ t5;
        Vector128<byte> x6 = Vector128.Load(from + 96) ^ t6, x7 = Vector128.Load(from + 112) ^ t7;
        for (int i = 0; i < (XtsKeys.Rounds - 1) * Block; i += Block)
        {
            var key = Vector128.Load(k + i);
            x0 = Aes.InverseMixColumns(Aes.Decrypt(x0, key));
            x1 = Aes.InverseMixColumns(Aes.Decrypt(x1, key));
            x2 = Aes.InverseMixColumns(Aes.Decrypt(x2, key));
            x3 = Aes.InverseMixColumns(Aes.Decrypt(x3, key));
            x4 = Aes.InverseMixColumns(Aes.Decrypt(x4, key));
            x5 = Aes.InverseMixColumns(Aes.Decrypt(x5, key));
            x6 = Aes.InverseMixColumns(Aes.Decrypt(x6, key));
            x7 = Aes.InverseMixColumns(Aes.Decrypt(x7, key));
        }

        var before = Vector128.Load(k + ((XtsKeys.Rounds - 1) * Block));
        var end = Vector128.Load(k + (XtsKeys.Rounds * Block));
        (Aes.Decrypt(x0, before) ^ end ^ t0).Store(to);
        (Aes.Decrypt(x1, before) ^ end ^ t1).Store(to + 16);
        (Aes.Decrypt(x2, before) ^ end ^ t2).Store(to + 32);
        (Aes.Decrypt(x3, before) ^ end ^ t3).Store(to + 48);
        (Aes.Decrypt(x4, before) ^ end ^ t4).Store(to + 64);
        (Aes.Decrypt(x5, before) ^ end ^ t5).Store(to + 80);
        (Aes.Decrypt(x6, before) ^ end ^ t6).Store(to + 96);
        (Aes.Decrypt(x7, before) ^ end ^ t7).Store(to + 112);
        return Double(t7);
    }
}
