using Lorica.Disks;
using static Lorica.Nbd.Tests.Serving.RawClient;

namespace Lorica.Nbd.Tests;

/// <summary>Hostile clients by the thousand, the same in every run.</summary>
public sealed class FuzzReplayTests
{
    private static readonly NbdExport[] Exports =
        [new("disk", new MemoryDevice(1 << 20)), new("second", new NullDevice(1 << 20), true)];

    private static readonly byte[] Honest =
    [
        .. U32(3),
        .. U64(OptionMagic), .. U32(8), .. U32(0),
        .. U64(OptionMagic), .. U32(3), .. U32(0),
        .. U64(OptionMagic), .. U32(10), .. U32(31), .. Name("disk"), .. U32(1), .. Name("base:allocation"),
        .. U64(OptionMagic), .. U32(7), .. U32(14), .. Name("disk"), 0, 2, 0, 1, 0, 3,
        .. Request(0, 1, 0, 4096), .. Request(1, 2, 512, 512), .. new byte[512], .. Request(7, 3, 0, 1 << 20),
        .. Request(6, 4, 0, 4096, 3),
        .. Request(4, 4, 0, 4096), .. Request(3, 5, 0, 0), .. Request(5, 6, 0, 512), .. Request(2, 0, 0, 0),
    ];

    [Fact(Explicit = true)]
    public void Clients_for_as_long_as_one_likes() => TimedFuzz.Run([Honest], bytes =>
    {
        try
        {
            FuzzTargets.Client(bytes, Exports);
            return true;
        }
        catch (NbdException)
        {
            return false;
        }
    });

    [Fact]
    public void The_honest_seed_reaches_its_end() => FuzzTargets.Client(Honest, Exports);

    [Fact]
    public void Mutated_clients_meet_only_the_librarys_own_exception()
    {
        var random = new Random(20260101);
        int refused = 0;
        for (int i = 0; i < 40_000; i++)
        {
            byte[] bytes = Honest.AsSpan(0, random.Next(4) == 0 ? random.Next(Honest.Length) : Honest.Length).ToArray();
            for (int flips = random.Next(1, 6); flips > 0 && bytes.Length > 0; flips--)
                bytes[random.Next(bytes.Length)] = random.Next(3) switch { 0 => 0xff, 1 => 0, _ => (byte)random.Next(256) };
            try
            {
                FuzzTargets.Client(bytes, Exports);
            }
            catch (NbdException)
            {
                refused++;
            }
        }

        Assert.True(refused > 1000);
    }
}
