using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>Throws that a seed decides: the same seed, the same throws.</summary>
internal sealed class Dice(string seed)
{
    private int _thrown;

    /// <summary>A seed by chance.</summary>
    public static string NewSeed() => RandomNumberGenerator.GetHexString(12, lowercase: true);

    /// <summary>0 to <paramref name="sides"/> - 1.</summary>
    public int Next(int sides) => (int)(BinaryPrimitives.ReadUInt32LittleEndian(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{_thrown++}"))) % (uint)sides);

    /// <summary>One of them.</summary>
    public T Of<T>(params T[] all) => all[Next(all.Length)];

    /// <summary>True in one of <paramref name="sides"/> throws.</summary>
    public bool Once(int sides) => Next(sides) == 0;
}
