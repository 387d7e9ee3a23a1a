using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Lorica.Crypto.Native;

/// <summary>
/// XTS-AES-256 with x86 AES instructions, eight blocks in flight. Round keys are memory operands only: what is in a register can
/// reach the stack at any moment (a spill, the frame of a signal with which the garbage collector stops a thread).
/// </summary>
internal static unsafe partial class AesNiXts
{
    private const int Block = 16;
    private const int SectorBytes = 512;

    public static bool IsSupported => BitConverter.IsLittleEndian && Aes.IsSupported;

    /// <summary>Fills the key buffer from the 64 bytes of the key. The caller scrubs registers and stack afterwards.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Expand(byte* key, byte* keys)
    {
        // SAFETY: key is 64 bytes, keys XtsKeys.Bytes, both in key memory; keys is 64-byte aligned.
        AesKeySchedule.Expand<Words>(key, keys + XtsKeys.Encrypt);
        AesKeySchedule.Expand<Words>(key + 32, keys + XtsKeys.Tweak);
        for (int round = 0; round <= XtsKeys.Rounds; round++)
        {
            byte* from = keys + XtsKeys.Encrypt + ((XtsKeys.Rounds - round) * Block);
            byte* to = keys + XtsKeys.Decrypt + (round * Block);
            bool outer = round is 0 or XtsKeys.Rounds;
            Sse2.StoreAligned(to,
                outer ? Sse2.LoadAlignedVector128(from) : Aes.InverseMixColumns(Sse2.LoadAlignedVector128(from)));
        }
    }

    private readonly struct Words : IAesWords
    {
        // With four equal columns ShiftRows changes nothing, and the round key is zero: what remains of the round is SubBytes.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint Substitute(uint word)
            => Aes.EncryptLast(Vector128.Create(word).AsByte(), Vector128<byte>.Zero).AsUInt32().ToScalar();
    }

    /// <summary>
    /// The tweak of the next block: multiplied by α, the x of GF(2^128) with x^128 + x^7 + x^2 + x + 1 (IEEE 1619, 5.2).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Double(Vector128<byte> tweak)
    {
        // Each 32-bit lane gets its left neighbour's top bit as all-ones or zero; the top lane's bit folds into 0x87.
        var carries = Sse2.And(
            Sse2.ShiftRightArithmetic(Sse2.Shuffle(tweak.AsInt32(), 0b10_01_00_11), 31),
            Vector128.Create(0x87, 1, 1, 1));
        return Sse2.Xor(Sse2.Add(tweak.AsInt32(), tweak.AsInt32()), carries).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> EncryptBlock(byte* k, Vector128<byte> x)
    {
        x = Sse2.Xor(x, Sse2.LoadAlignedVector128(k));
        x = Aes.Encrypt(x, Sse2.LoadAlignedVector128(k + 16));
        x = Aes.Encrypt(x, Sse2.LoadAlignedVector128(k + 32));
        x = Aes.Encrypt(x, Sse2.LoadAlignedVector128(k + 48));
        x = Aes.Encrypt(x, Sse2.LoadAlignedVector128(k + 64));
        x = Aes.Encrypt(x, Sse2.LoadAlignedVector128(k + 80));
        x = Aes.Encrypt(x, Sse2.LoadAlignedVector128(k + 96));
        x = Aes.Encrypt(x, Sse2.LoadAlignedVector128(k + 112));
        x = Aes.Encrypt(x, Sse2.LoadAlignedVector128(k + 128));
        x = Aes.Encrypt(x, Sse2.LoadAlignedVector128(k + 144));
        x = Aes.Encrypt(x, Sse2.LoadAlignedVector128(k + 160));
        x = Aes.Encrypt(x, Sse2.LoadAlignedVector128(k + 176));
        x = Aes.Encrypt(x, Sse2.LoadAlignedVector128(k + 192));
        x = Aes.Encrypt(x, Sse2.LoadAlignedVector128(k + 208));
        return Aes.EncryptLast(x, Sse2.LoadAlignedVector128(k + 224));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> DecryptBlock(byte* k, Vector128<byte> x)
    {
        x = Sse2.Xor(x, Sse2.LoadAlignedVector128(k));
        x = Aes.Decrypt(x, Sse2.LoadAlignedVector128(k + 16));
        x = Aes.Decrypt(x, Sse2.LoadAlignedVector128(k + 32));
        x = Aes.Decrypt(x, Sse2.LoadAlignedVector128(k + 48));
        x = Aes.Decrypt(x, Sse2.LoadAlignedVector128(k + 64));
        x = Aes.Decrypt(x, Sse2.LoadAlignedVector128(k + 80));
        x = Aes.Decrypt(x, Sse2.LoadAlignedVector128(k + 96));
        x = Aes.Decrypt(x, Sse2.LoadAlignedVector128(k + 112));
        x = Aes.Decrypt(x, Sse2.LoadAlignedVector128(k + 128));
        x = Aes.Decrypt(x, Sse2.LoadAlignedVector128(k + 144));
        x = Aes.Decrypt(x, Sse2.LoadAlignedVector128(k + 160));
        x = Aes.Decrypt(x, Sse2.LoadAlignedVector128(k + 176));
        x = Aes.Decrypt(x, Sse2.LoadAlignedVector128(k + 192));
        x = Aes.Decrypt(x, Sse2.LoadAlignedVector128(k + 208));
        return Aes.DecryptLast(x, Sse2.LoadAlignedVector128(k + 224));
    }
}
