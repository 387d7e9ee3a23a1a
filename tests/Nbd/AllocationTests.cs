using Lorica.Disks;
using Lorica.Nbd.Tests.Serving;
using static Lorica.Nbd.Tests.Serving.RawClient;

namespace Lorica.Nbd.Tests;

/// <summary>The committed ceiling: bytes allocated per request once warm, over the whole process.</summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests
{
    private const int Requests = 4000;

    // What a whole run of 4,000 requests may allocate: the counters' own noise, far below one object per request.
    private const long Ceiling = 32 * 1024;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_allocates_nothing_once_warm(bool elsewhere)
    {
        using var folder = new TestFolder();
        await using (var file = new FileStream(folder.Path("disk"), FileMode.CreateNew))
            file.SetLength(8 << 20);
        IBlockDevice device = elsewhere
            ? FileDevice.FromHandle(File.OpenHandle(folder.Path("disk"), FileMode.Open, FileAccess.ReadWrite), 8 << 20)
            : new MemoryDevice(8 << 20);
        await using var served = ServedDevice.Start(device);
        using var client = Transmitting(served.Path, structured: true);

        // Reads, writes (elsewhere: with FUA, which the file device completes on another thread) and, elsewhere, flushes.
        byte[] requests =
        [
            .. Request(1, 1, 4096, 4096, flags: elsewhere ? (ushort)1 : (ushort)0), .. new byte[4096],
            .. Request(0, 2, 0, 8192),
            .. Request(elsewhere ? (ushort)3 : (ushort)5, 3, 0, elsewhere ? 0u : 512u),
        ];
        byte[] answers = new byte[16 + 28 + 8192 + 16];
        void Run(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                client.Send(requests);
                client.ReceiveInto(answers);
            }
        }

        Run(500);
        long allocated = AllocationMeter.LeastOfProcess(3, () => Run(Requests / 3));
        Assert.True(allocated < Ceiling, $"{allocated} bytes for {Requests} requests.");
    }
}
