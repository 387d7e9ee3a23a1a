using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Aes = System.Runtime.Intrinsics.Arm.Aes;

namespace Lorica.Crypto.Native;

/// <summary>
/// XTS-AES-256 with Arm AES instructions, eight blocks in flight. These instructions have no memory operands: round keys do pass
/// through vector registers, which are overwritten after each call together with the stack below.
/// </summary>
internal static unsafe partial class ArmXts
{
    private const int Block = 16, Lanes = 8, SectorBytes = 512;

    public static bool IsSupported => BitConverter.IsLittleEndian && Aes.IsSupported;

    /// <summary>Fills the key buffer from the 64 bytes of the key. The caller scrubs registers and stack afterwards.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Expand(byte* key, byte* keys)
    {
        // SAFETY: key is 64 bytes, keys XtsKeys.Bytes, both in key memory.
        AesKeySchedule.Expand<Words>(key, keys + XtsKeys.Encrypt);
        AesKeySchedule.Expand<Words>(key + 32, keys + XtsKeys.Tweak);
        for (int round = 0; round <= XtsKeys.Rounds; round++)
        {
            byte* from = keys + XtsKeys.Encrypt + ((XtsKeys.Rounds - round) * Block);
            bool outer = round is 0 or XtsKeys.Rounds;
            (outer ? Vector128.Load(from) : Aes.InverseMixColumns(Vector128.Load(from)))
                .Store(keys + XtsKeys.Decrypt + (round * Block));
        }
    }

    // SAFETY (both): from and to are as long as said, the same or disjoint; tweak is 16 bytes; keys is a filled key buffer.
    public static void Sectors(byte* keys, byte* from, byte* to, int count, ulong first, bool encrypt)
    {
        ulong* number = stackalloc ulong[2];
        number[1] = 0;
        for (int i = 0; i < count; i++, from += SectorBytes, to += SectorBytes)
        {
            number[0] = first + (ulong)i;
            One(keys, from, to, SectorBytes, (byte*)number, encrypt);
        }

        StackScrubber.Scrub();
    }

    public static void Unit(byte* keys, byte* from, byte* to, int length, byte* tweak, bool encrypt)
    {
        One(keys, from, to, length, tweak, encrypt);
        StackScrubber.Scrub();
    }

    private static void One(byte* keys, byte* from, byte* to, int length, byte* tweak, bool encrypt)
    {
        if (encrypt)
        {
            EncryptOne(keys, from, to, length, tweak);
        }
        else
        {
            DecryptOne(keys, from, to, length, tweak);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void EncryptOne(byte* keys, byte* from, byte* to, int length, byte* tweak)
    {
        byte* k = keys + XtsKeys.Encrypt;
        var t = EncryptBlock(keys + XtsKeys.Tweak, Vector128.Load(tweak));
        for (; length >= Lanes * Block; from += Lanes * Block, to += Lanes * Block, length -= Lanes * Block)
        {
            t = EncryptEight(k, from, to, t);
        }

        for (; length >= Block; from += Block, to += Block, length -= Block)
        {
            (EncryptBlock(k, Vector128.Load(from) ^ t) ^ t).Store(to);
            t = Double(t);
        }

        if (length > 0)
        {
            Steal(from, to, length);
            to -= Block;
            (EncryptBlock(k, Vector128.Load(to) ^ t) ^ t).Store(to);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void DecryptOne(byte* keys, byte* from, byte* to, int length, byte* tweak)
    {
        byte* k = keys + XtsKeys.Decrypt;
        var t = EncryptBlock(keys + XtsKeys.Tweak, Vector128.Load(tweak));
        int tail = length % Block;
        int whole = (length / Block) - (tail == 0 ? 0 : 1);
        for (; whole >= Lanes; from += Lanes * Block, to += Lanes * Block, whole -= Lanes)
        {
            t = DecryptEight(k, from, to, t);
        }

        for (; whole > 0; from += Block, to += Block, whole--)
        {
            (DecryptBlock(k, Vector128.Load(from) ^ t) ^ t).Store(to);
            t = Double(t);
        }

        if (tail != 0)
        {
            var last = Double(t);
            (DecryptBlock(k, Vector128.Load(from) ^ last) ^ last).Store(to);
            Steal(from + Block, to + Block, tail);
            (DecryptBlock(k, Vector128.Load(to) ^ t) ^ t).Store(to);
        }
    }

    private static void Steal(byte* tail, byte* output, int length)
    {
        for (int i = 0; i < length; i++)
        {
            byte given = tail[i];
            output[i] = output[i - Block];
            output[i - Block] = given;
        }
    }

    private readonly struct Words : IAesWords
    {
        // With four equal columns ShiftRows changes nothing, and the round key is zero: what remains of AESE is SubBytes.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static uint Substitute(uint word)
            => Aes.Encrypt(Vector128.Create(word).AsByte(), Vector128<byte>.Zero).AsUInt32().ToScalar();
    }
}
