using System.Runtime.CompilerServices;

namespace Lorica.Crypto.Native;

/// <summary>
/// AES-256 key expansion (FIPS 197 §5.2) word by word, from key memory into key memory: only single 4-byte words ever pass
/// through general registers, whole round keys through none.
/// </summary>
internal static unsafe class AesKeySchedule
{
    private const int KeyWords = 8, ScheduleWords = 60;

    /// <summary>
    /// Expands 32 key bytes into 240 bytes of round keys; <typeparamref name="T"/> substitutes words in constant time.
    /// </summary>
    // AggressiveOptimization: never run unoptimised, which would keep temporaries on the stack.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Expand<T>(byte* key, byte* roundKeys)
        where T : struct, IAesWords
    {
        // SAFETY: the caller gives 32 readable and 240 writable bytes, both in key memory.
        uint* from = (uint*)key;
        uint* w = (uint*)roundKeys;
        for (int i = 0; i < KeyWords; i++)
        {
            w[i] = from[i];
        }

        uint rcon = 1;
        for (int i = KeyWords; i < ScheduleWords; i++)
        {
            // Words are little-endian in memory, so RotWord (a byte moving to the front) is a rotation to the right.
            w[i] = (i % KeyWords) switch
            {
                0 => w[i - KeyWords] ^ uint.RotateRight(T.Substitute(w[i - 1]), 8) ^ rcon,
                4 => w[i - KeyWords] ^ T.Substitute(w[i - 1]),
                _ => w[i - KeyWords] ^ w[i - 1],
            };
            if (i % KeyWords == 0)
            {
                rcon <<= 1;
            }
        }
    }
}
