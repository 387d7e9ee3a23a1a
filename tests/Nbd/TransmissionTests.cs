using Lorica.Disks;
using Lorica.Nbd.Tests.Serving;
using static Lorica.Nbd.Tests.Serving.RawClient;

namespace Lorica.Nbd.Tests;

/// <summary>Requests and their answers; requests that must be refused.</summary>
public sealed class TransmissionTests
{
    private const uint Permission = 1, Io = 5, Invalid = 22, NoSpace = 28, Overflow = 75, Unsupported = 95;

    public static TheoryData<string, byte[], uint> Refused => new()
    {
        { "unknown type", Request(8, 1, 0, 512), Invalid },
        { "unknown flag", Request(0, 1, 0, 512, flags: 1 << 7), Invalid },
        { "NO_HOLE on a read", Request(0, 1, 0, 512, flags: 2), Invalid },
        { "DF without structured replies", Request(0, 1, 0, 512, flags: 4), Invalid },
        { "block status without context", Request(7, 1, 0, 512), Invalid },
        { "flush with a range", Request(3, 1, 0, 512), Invalid },
        { "empty read", Request(0, 1, 0, 0), Invalid },
        { "read beyond the payload limit", Request(0, 1, 0, (32u << 20) + 512), Overflow },
        { "read beyond the end", Request(0, 1, 1 << 20, 512), Invalid },
        { "read across the end", Request(0, 1, (1 << 20) - 512, 1024), Invalid },
        { "offset that overflows", Request(0, 1, ulong.MaxValue - 511, 1024), Invalid },
        { "trim beyond the end", Request(4, 1, 1 << 20, 512), NoSpace },
        { "zeroes beyond the end", Request(6, 1, 512, uint.MaxValue - 511), NoSpace },
        { "cache beyond the end", Request(5, 1, 512, 1 << 20), Invalid },
        { "unaligned offset", Request(0, 1, 1, 512), Invalid },
        { "unaligned length", Request(0, 1, 0, 511), Invalid },
        { "write beyond the end", [.. Request(1, 1, 1 << 20, 512), .. new byte[512]], NoSpace },
        { "unaligned write", [.. Request(1, 1, 5, 512), .. new byte[512]], Invalid },
        { "empty write", Request(1, 1, 0, 0), Invalid },
        { "long write beyond the end", [.. Request(1, 1, 512, 1 << 20), .. new byte[1 << 20]], NoSpace },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_breaks_a_rule_is_refused_and_the_connection_goes_on(string what, byte[] request, uint error)
    {
        byte[] data = new byte[1 << 20];
        await using var served = ServedDevice.Start(new MemoryDevice(data));
        using var client = Transmitting(served.Path);
        client.Send(request);
        Assert.True(client.Reply() == (1ul, error), what);
        client.Send(Request(3, 2, 0, 0));
        Assert.Equal((2ul, 0u), client.Reply());
        Assert.False(data.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public async Task A_read_only_export_refuses_every_change()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20), readOnly: true);
        using var client = Transmitting(served.Path);
        foreach (byte[] request in new byte[][] { [.. Request(1, 4, 0, 512), .. new byte[512]], Request(4, 4, 0, 512),
            Request(6, 4, 0, 512) })
        {
            client.Send(request);
            Assert.Equal((4ul, Permission), client.Reply());
        }
    }

    [Fact]
    public async Task Trim_on_a_device_that_cannot_is_unsupported_but_zeroing_works()
    {
        await using var served = ServedDevice.Start(new NullDevice(1 << 20));
        using var client = Transmitting(served.Path);
        client.Send([.. Request(4, 1, 0, 512), .. Request(6, 2, 0, 1 << 20, flags: 1)]);
        Assert.Equal((1ul, Unsupported), client.Reply());
        Assert.Equal((2ul, 0u), client.Reply());
    }

    [Fact]
    public async Task Zeroing_without_holes_writes_zeros()
    {
        byte[] data = new byte[1 << 20];
        data.AsSpan().Fill(9);
        var operations = new List<DeviceCall>();
        await using var served = ServedDevice.Start(new FaultDevice(new MemoryDevice(data), (operation, _, _, _) =>
        {
            operations.Add(operation);
            return ValueTask.CompletedTask;
        }));
        using var client = Transmitting(served.Path);
        client.Send(Request(6, 1, 512, 300 * 1024, flags: 3));
        Assert.Equal((1ul, 0u), client.Reply());
        Assert.False(data.AsSpan(512, 300 * 1024).ContainsAnyExcept((byte)0));
        Assert.Equal(9, data[511]);
        Assert.Equal(9, data[512 + 300 * 1024]);
        Assert.Equal([DeviceCall.Write, DeviceCall.Write, DeviceCall.Flush], operations);
    }

    [Fact]
    public async Task A_write_too_long_to_follow_ends_the_connection()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20));
        using var client = Transmitting(served.Path);
        client.Send(Request(1, 1, 0, (32u << 20) + 512));
        client.AssertClosed();
        Assert.Equal(NbdErrorKind.TooLarge, (await served.SingleErrorAsync()).Kind);
    }

    [Fact]
    public async Task A_request_without_its_magic_ends_the_connection_but_earlier_ones_are_answered()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20));
        using var client = Transmitting(served.Path);
        client.Send([.. Request(3, 1, 0, 0), .. new byte[28]]);
        Assert.Equal((1ul, 0u), client.Reply());
        client.AssertClosed();
        Assert.Equal(NbdErrorKind.Protocol, (await served.SingleErrorAsync()).Kind);
    }

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_is_understood()
    {
        byte[] data = new byte[1 << 20];
        await using var served = ServedDevice.Start(new MemoryDevice(data));
        using var client = Transmitting(served.Path);
        byte[] bytes = [.. Request(1, 7, 512, 512), .. Enumerable.Repeat((byte)5, 512), .. Request(0, 8, 512, 512)];
        foreach (byte b in bytes)
            client.Send(b);
        Assert.Equal((7ul, 0u), client.Reply());
        Assert.Equal((8ul, 0u), client.Reply());
        Assert.Equal(Enumerable.Repeat((byte)5, 512), client.Receive(512));
    }

    [Fact]
    public async Task A_cut_off_write_changes_nothing()
    {
        byte[] data = new byte[1 << 20];
        await using var served = ServedDevice.Start(new MemoryDevice(data));
        using (var client = Transmitting(served.Path))
            client.Send([.. Request(1, 7, 0, 512 * 1024), .. Enumerable.Repeat((byte)5, 400 * 1024)]);
        using (var client = Transmitting(served.Path))
        {
            client.Send([.. Request(1, 7, 0, 8192), .. Enumerable.Repeat((byte)5, 8000)]);
            client.EndOfRequests();
            client.AssertClosed();
        }

        await served.StopAsync();
        Assert.False(data.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public async Task Structured_reads_come_as_one_chunk_with_their_offset()
    {
        byte[] data = new byte[1 << 20];
        data.AsSpan(4096, 512).Fill(3);
        await using var served = ServedDevice.Start(new MemoryDevice(data));
        using var client = Transmitting(served.Path, structured: true);
        client.Send(Request(0, 77, 4096, 512, flags: 4));
        var (cookie, type, payload) = client.Chunk();
        Assert.Equal((77ul, (ushort)1), (cookie, type));
        Assert.Equal([.. U64(4096), .. Enumerable.Repeat((byte)3, 512)], payload);
        client.Send(Request(0, 78, 1 << 20, 512));
        Assert.Equal((78ul, (ushort)0x8001), (client.Chunk() is var c ? c.Cookie : 0, c.Type));
    }

    [Fact]
    public async Task Block_status_merges_cuts_and_obeys_request_one()
    {
        byte[] data = new byte[1 << 20];
        data.AsSpan(8192, 16384).Fill(3);
        await using var served = ServedDevice.Start(new MemoryDevice(data));
        using var client = Transmitting(served.Path, structured: true, allocation: true);
        client.Send(Request(7, 1, 4096, 65536));
        var (_, type, payload) = client.Chunk();
        Assert.Equal(5, type);
        Assert.Equal([.. U32(1), .. U32(4096), .. U32(3), .. U32(16384), .. U32(0), .. U32(45056), .. U32(3)], payload);
        client.Send(Request(7, 1, 4096, 65536, flags: 8));
        Assert.Equal([.. U32(1), .. U32(4096), .. U32(3)], client.Chunk().Payload);
    }

    [Fact]
    public async Task A_device_that_knows_no_holes_is_all_data()
    {
        await using var served = ServedDevice.Start(new NullDevice(1 << 20));
        using var client = Transmitting(served.Path, structured: true, allocation: true);
        client.Send(Request(7, 1, 4096, 65536));
        Assert.Equal([.. U32(1), .. U32(65536), .. U32(0)], client.Chunk().Payload);
    }

    [Theory]
    [InlineData(DiskErrorKind.NoSpace, NoSpace)]
    [InlineData(DiskErrorKind.Io, Io)]
    [InlineData(DiskErrorKind.ZeroSector, Io)]
    [InlineData(DiskErrorKind.ReadOnly, Permission)]
    public async Task Errors_of_the_device_become_error_numbers(DiskErrorKind kind, uint error)
    {
        var told = new List<Exception>();
        await using var served = ServedDevice.Start(
            new FaultDevice(new MemoryDevice(1 << 20), (_, _, _, _) => throw new DiskException(kind, "injected")),
            options: new NbdServerOptions { PeerFilter = _ => true, OnDeviceError = (_, e) => told.Add(e) });
        using var client = Transmitting(served.Path);
        client.Send([.. Request(0, 1, 0, 512), .. Request(3, 2, 0, 0), .. Request(1, 3, 0, 512), .. new byte[512]]);
        Assert.Equal([(1ul, error), (2ul, error), (3ul, error)], [client.Reply(), client.Reply(), client.Reply()]);
        Assert.Equal(3, told.Count);
        Assert.Equal(3, served.Exports[0].Statistics.Errors);
    }

    [Fact]
    public async Task A_quick_request_overtakes_a_slow_one()
    {
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var served = ServedDevice.Start(new FaultDevice(
            new MemoryDevice(1 << 20), async (_, offset, _, _) => await (offset == 0 ? slow.Task : Task.CompletedTask)));
        using var client = Transmitting(served.Path);
        client.Send([.. Request(0, 1, 0, 4096), .. Request(0, 2, 4096, 512), .. Request(0, 3, 0, 512),
            .. Request(0, 4, 4096, 512)]);
        Assert.Equal(2ul, client.Reply().Cookie);
        client.Receive(512);
        Assert.Equal(4ul, client.Reply().Cookie);
        client.Receive(512);
        slow.SetResult();
        var first = client.Reply();
        client.Receive(first.Cookie == 1 ? 4096 : 512);
        var second = client.Reply();
        client.Receive(second.Cookie == 1 ? 4096 : 512);
        Assert.Equal([1ul, 3ul], new[] { first.Cookie, second.Cookie }.Order());
    }

    [Fact]
    public async Task Stopping_answers_what_is_under_way_and_leaves_the_socket_listening()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var served = ServedDevice.Start(new FaultDevice(new MemoryDevice(1 << 20), async (_, _, _, _) =>
        {
            reached.TrySetResult();
            await slow.Task;
        }));
        using var client = Transmitting(served.Path);
        client.Send([.. Request(1, 1, 0, 512), .. new byte[512]]);
        await reached.Task;
        var stopping = served.StopAsync();
        slow.SetResult();
        Assert.Equal((1ul, 0u), client.Reply());
        await stopping;
        client.AssertClosed();
        using var next = new RawClient(served.Path); // nobody accepts, but nobody refuses
    }

    [Fact]
    public async Task A_flood_of_requests_is_held_back_not_kept()
    {
        const int Most = 4, Flood = 32;
        using var slow = new SemaphoreSlim(0);
        int started = 0;
        await using var served = ServedDevice.Start(
            new FaultDevice(new MemoryDevice(1 << 20), async (_, _, _, ct) =>
            {
                Interlocked.Increment(ref started);
                await slow.WaitAsync(ct);
            }),
            options: new NbdServerOptions { PeerFilter = _ => true, MaximumInFlight = Most });
        using var client = Transmitting(served.Path);
        for (uint i = 0; i < Flood; i++)
            client.Send(Request(0, i, 0, 512));
        for (int done = 1; done <= Flood; done++)
        {
            // One may end; its answer makes room for one more to start, never for the rest of the flood.
            slow.Release();
            Assert.Equal(0u, client.Reply().Error);
            client.Receive(512);
            Assert.InRange(Volatile.Read(ref started), done, Math.Min(Flood, done + Most));
        }
    }

    [Fact]
    public async Task Any_mix_of_operations_matches_a_plain_array()
    {
        var random = new Random(4711);
        byte[] model = new byte[2 << 20];
        byte[] data = new byte[2 << 20];
        // Every third call completes elsewhere, so that both ways to an answer are taken.
        int calls = 0;
        await using var served = ServedDevice.Start(new FaultDevice(new MemoryDevice(data), async (_, _, _, _) =>
        {
            if (++calls % 3 == 0)
                await Task.Yield();
        }));
        await using var client = await NbdClient.ConnectAsync(served.Path);
        for (int i = 0; i < 600; i++)
        {
            int offset = random.Next(model.Length / 512) * 512;
            int length = Math.Min(model.Length - offset, (random.Next(i % 10 == 0 ? 2000 : 40) + 1) * 512);
            switch (random.Next(4))
            {
                case 0:
                    byte[] bytes = new byte[length];
                    random.NextBytes(bytes);
                    bytes.CopyTo(model, offset);
                    await client.WriteAsync(offset, bytes, durable: random.Next(2) == 0);
                    break;
                case 1:
                    model.AsSpan(offset, length).Clear();
                    await client.WriteZeroesAsync(offset, (uint)length, random.Next(2) == 0, random.Next(2) == 0);
                    break;
                case 2:
                    model.AsSpan(offset, length).Clear();
                    await client.TrimAsync(offset, (uint)length);
                    break;
                default:
                    byte[] read = new byte[length];
                    await client.ReadAsync(offset, read);
                    Assert.True(read.AsSpan().SequenceEqual(model.AsSpan(offset, length)), $"step {i}");
                    break;
            }
        }

        await client.FlushAsync();
        Assert.True(data.AsSpan().SequenceEqual(model));
    }
}
