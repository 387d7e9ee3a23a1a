using System.Runtime.InteropServices;

namespace Lorica.Crypto.Holder;

internal static unsafe class Phases
{
    /// <summary>Must be the same in MemoryScanTests.</summary>
    private const byte Mask = 0x5a;

    public static int Kind()
    {
        using var key = KeyBuffer.Random(32);
        Console.WriteLine($"{KeyMemory.Kind} {XtsAes256.Backend}");
        return 0;
    }

    /// <summary>Takes key memory until there is none, and says how that was refused.</summary>
    public static int Exhaust(int bytes)
    {
        var held = new List<KeyBuffer>();
        try
        {
            while (held.Count < 1_000_000)
            {
                held.Add(KeyBuffer.Allocate(bytes));
            }
        }
        catch (CryptoException e)
        {
            Console.WriteLine($"{e.Kind} after {held.Count}: {e.Message}");
            return 0;
        }

        return 1;
    }

    public static int Harden()
    {
        const int getDumpable = 3;
        ProcessHardening.Apply();
        ProcessHardening.Apply();
        Console.WriteLine($"dumpable {Native.Libc.ProcessControl(getDumpable, 0, 0, 0, 0)}");
        Console.WriteLine("hardened");
        _ = Console.ReadLine();
        return 0;
    }

    public static int Hold()
    {
        using var dek = KeyBuffer.Random(64);
        using var kek = KeyBuffer.Random(32);
        using var xts = new XtsAes256(dek);
        using var work = new Work(dek, kek, xts);

        // The decoy proves that the scan finds what lies in ordinary memory.
        byte* decoy = (byte*)NativeMemory.Alloc(16);
        System.Security.Cryptography.RandomNumberGenerator.Fill(new Span<byte>(decoy, 16));
        Tell("decoy", new ReadOnlySpan<byte>(decoy, 16));
        Tell("dek", dek.Span);
        Tell("kek", kek.Span);

        // Phase 1: everything that touches keys has run on several threads, with collections; now all is quiet.
        work.Run(threads: 3, TimeSpan.FromSeconds(1.5), work.Everything);
        Phase("quiet");

        // Phase 2: sectors go on being encrypted, collections stop the threads, while the memory is read.
        using (work.Start(threads: 3, work.Sectors))
        {
            Phase("busy");
        }

        return 0;
    }

    private static void Phase(string name)
    {
        foreach (nint slab in KeyMemory.SlabAddresses())
        {
            Console.WriteLine($"slab {slab:x}");
        }

        Console.WriteLine(name);
        _ = Console.ReadLine();
    }

    private static void Tell(string name, ReadOnlySpan<byte> secret)
    {
        Console.Write(name);
        Console.Write(' ');
        foreach (byte b in secret)
        {
            Console.Write((b ^ Mask).ToString("x2"));
        }

        Console.WriteLine();
    }
}
