using CsCheck;
using Lorica.Crypto;

namespace Lorica.Disks.Tests;

/// <summary>Every stack of layers behaves like an array of bytes, whatever the order of calls.</summary>
public sealed class BlockModelTests : IDisposable
{
    private const int Sectors = 96;
    private readonly TestFolder _folder = new();
    private int _files;

    private static readonly Gen<(int Op, int Start, int Count, int Seed)> Step =
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, Sectors - 1], Gen.Int[1, 24], Gen.Int[0, 1000])
            .Select((op, start, count, seed) => (op, start, Math.Min(count, Sectors - start), seed));

    public static TheoryData<string> Stacks() =>
        ["memory", "file", "encrypted hole file", "encrypted error file", "encrypted hole memory", "fault"];

    [Theory]
    [MemberData(nameof(Stacks))]
    public void Any_sequence_of_calls_reads_like_a_byte_array(string stack) =>
        Step.Array[1, 40].Sample(steps => CheckAsync(stack, steps).GetAwaiter().GetResult(), iter: 40, threads: 1);

    public void Dispose() => _folder.Dispose();

    private async Task CheckAsync(string stack, (int Op, int Start, int Count, int Seed)[] steps)
    {
        var (device, trimZeroes, mapIsExact) = await MakeAsync(stack);
        await using (device)
        {
            byte[] model = new byte[Sectors * 512];
            foreach (var (op, start, count, seed) in steps)
            {
                int at = start * 512, length = count * 512;
                var range = model.AsMemory(at, length);
                var sparse = (ISparse)device;
                switch (op)
                {
                    case 0 or 1:
                        TestData.Noise(length, seed).CopyTo(range);
                        await device.WriteAsync(at, range.ToArray(), op == 1, default);
                        break;
                    case 2:
                        // Zeros as data, and data with zero sectors inside.
                        range.Span.Clear();
                        if (seed % 2 == 0)
                            TestData.Noise(512, seed).CopyTo(range);
                        await device.WriteAsync(at, range.ToArray(), false, default);
                        break;
                    case 3:
                        range.Span.Clear();
                        await sparse.WriteZeroesAsync(at, length, seed % 2 == 0, default);
                        break;
                    case 4:
                        if (trimZeroes)
                            range.Span.Clear();
                        await sparse.TrimAsync(at, length, default);
                        break;
                    case 5:
                        await device.FlushAsync(default);
                        break;
                    default:
                        byte[] part = new byte[length];
                        await device.ReadAsync(at, part, default);
                        Assert.True(range.Span.SequenceEqual(part));
                        break;
                }
            }

            Assert.Equal(model, await TestData.ReadAllAsync(device));
            long end = 0;
            await foreach (var range in device.RangesAsync(default))
            {
                Assert.Equal(end, range.Offset);
                Assert.True(range.HoldsData || !mapIsExact
                    || !model.AsSpan((int)range.Offset, (int)range.Length).ContainsAnyExcept((byte)0));
                end = range.End;
            }

            Assert.Equal(model.Length, end);
        }
    }

    private async Task<(IBlockDevice Device, bool TrimZeroes, bool MapIsExact)> MakeAsync(string stack)
    {
        switch (stack)
        {
            case "memory":
                return (new MemoryDevice(Sectors * 512), true, true);
            case "file":
                return (NewFile(), true, true);
            case "fault":
                return (new FaultDevice(NewFile(), (_, _, _, _) => ValueTask.CompletedTask), true, true);
            case "encrypted hole file":
                return (Encrypt(NewFile(), ZeroRule.Hole), true, true);
            case "encrypted hole memory":
                return (Encrypt(new MemoryDevice(Sectors * 512), ZeroRule.Hole), true, true);
            default:
                var device = Encrypt(NewFile(), ZeroRule.Error);
                await device.WriteZeroesAsync(0, Sectors * 512, false, default);
                return (device, false, true);
        }
    }

    private FileDevice NewFile()
    {
        var handle = File.OpenHandle(_folder.Path("f" + _files++), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.SetLength(handle, Sectors * 512);
        return FileDevice.FromHandle(handle, Sectors * 512);
    }

    private static EncryptedDevice Encrypt(IBlockDevice inner, ZeroRule zero)
    {
        using var key = KeyBuffer.CopyOf(TestData.Noise(64, 42));
        return new EncryptedDevice(inner, new XtsAes256(key), zero);
    }
}
