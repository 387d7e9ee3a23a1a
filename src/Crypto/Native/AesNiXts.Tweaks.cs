using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lorica.Crypto.Native;

internal static unsafe partial class AesNiXts
{
    // Blocks in flight: an AES round takes 3 to 4 cycles and one or two can start per cycle.
    private const int Lanes = 8;

    // Sectors whose initial tweaks are encrypted together: alone, each would wait for all 14 rounds.
    private const int TweakBatch = 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InitialTweaks(byte* k, Vector128<byte>* tweaks, int count, ulong first)
    {
        for (var i = 0; i < count; i++)
        {
            tweaks[i] = EncryptBlock(k, Vector128.CreateScalar(first + (ulong)i).AsByte());
        }
    }
}
