using System.Text;
using Lorica.Vmx.Consoles;

namespace Lorica.Vmx.Tests;

public sealed class ConsoleRingTests
{
    [Fact]
    public void What_was_written_is_read_by_its_count()
    {
        var ring = new ConsoleRing();
        ring.Append("hello "u8);
        ring.Append("world"u8);
        Assert.Equal((6, "world", 11), Text(ring.Read(6, 100)));
        Assert.Equal((0, "hel", 11), Text(ring.Read(0, 3)));
        Assert.Equal((11, "", 11), Text(ring.Read(99, 3)));
        Assert.Equal((0, "h", 11), Text(ring.Read(-5, 1)));
    }

    [Fact]
    public void Only_the_last_mebibyte_stays_and_the_offset_says_so()
    {
        var ring = new ConsoleRing();
        var random = new Random(7);
        var all = new MemoryStream();
        while (all.Length < 3 * ConsoleRing.Capacity)
        {
            byte[] piece = new byte[random.Next(1, 70_000)];
            random.NextBytes(piece);
            all.Write(piece);
            ring.Append(piece);
        }

        var (offset, data, end) = ring.Read(0, int.MaxValue);
        Assert.Equal((all.Length - ConsoleRing.Capacity, all.Length), (offset, end));
        Assert.True(data.AsSpan().SequenceEqual(all.ToArray().AsSpan((int)offset)));
    }

    [Fact]
    public void One_piece_larger_than_the_ring_leaves_its_end()
    {
        var ring = new ConsoleRing();
        byte[] piece = new byte[ConsoleRing.Capacity + 5];
        piece[^1] = 9;
        ring.Append(piece);
        var (offset, data, end) = ring.Read(0, int.MaxValue);
        Assert.Equal(((long)5, ConsoleRing.Capacity, (long)piece.Length, (byte)9), (offset, data.Length, end, data[^1]));
    }

    [Fact]
    public void A_replacement_goes_on_counting_where_the_first_was()
    {
        var ring = new ConsoleRing(1000, "tail"u8);
        ring.Append("!"u8);
        Assert.Equal((1000, "tail!", 1005), Text(ring.Read(0, 100)));
    }

    [Fact]
    public async Task A_wait_ends_with_the_next_byte_or_the_end()
    {
        var ring = new ConsoleRing();
        var waiting = ring.WaitAsync(0, TimeSpan.FromMinutes(1), TimeProvider.System, default);
        Assert.False(waiting.IsCompleted);
        ring.Append("x"u8);
        await waiting;
        await ring.WaitAsync(0, TimeSpan.FromMinutes(1), TimeProvider.System, default);
        waiting = ring.WaitAsync(1, TimeSpan.FromMinutes(1), TimeProvider.System, default);
        ring.Close();
        await waiting;
        await ring.WaitAsync(1, TimeSpan.FromMinutes(1), TimeProvider.System, default);
    }

    private static (long, string, long) Text((long Offset, byte[] Data, long End) read) =>
        (read.Offset, Encoding.ASCII.GetString(read.Data), read.End);
}
