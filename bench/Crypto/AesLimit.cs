using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;

namespace Lorica.Crypto.Bench;

/// <summary>
/// The ceiling of this core for 128-bit AES instructions: 14 rounds over eight independent
/// blocks in registers, no tweak, no data moved.
/// </summary>
internal static class AesLimit
{
    public const int BytesPerOperation = 8 * 16;

    private static Vector128<byte> Sink;

    public static bool IsSupported => Aes.IsSupported || ArmAes.IsSupported;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Run(int operations)
    {
        var key = Vector128.Create((byte)0x5a);
        Vector128<byte> a = key, b = ~key, c = key + key, d = ~c, e = key + c, f = ~e, g = e + c, h = ~g;
        for (int i = 0; i < operations; i++)
        {
            for (int round = 0; round < 14; round++)
            {
                a = Step(a, key);
                b = Step(b, key);
                c = Step(c, key);
                d = Step(d, key);
                e = Step(e, key);
                f = Step(f, key);
                g = Step(g, key);
                h = Step(h, key);
            }
        }

        Sink = a ^ b ^ c ^ d ^ e ^ f ^ g ^ h;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Step(Vector128<byte> x, Vector128<byte> key)
        => Aes.IsSupported ? Aes.Encrypt(x, key) : ArmAes.IsSupported ? ArmAes.MixColumns(ArmAes.Encrypt(x, key)) : x;
}
