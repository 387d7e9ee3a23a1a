using System.Buffers.Binary;
using Lorica.Disks;
using Lorica.Nbd.Tests.Serving;
using static Lorica.Nbd.Tests.Serving.RawClient;

namespace Lorica.Nbd.Tests;

/// <summary>The option phase, byte by byte, as the specification words it; and clients that do not keep to it.</summary>
public sealed class HandshakeTests
{
    private const uint Unsupported = 0x80000001;
    private const uint Invalid = 0x80000003;
    private const uint Unknown = 0x80000006;

    [Fact]
    public async Task A_newstyle_client_that_only_knows_export_name_gets_size_flags_and_padding()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20));
        using var client = Greeted(served.Path, flags: 1);
        client.Send([.. U64(OptionMagic), .. U32(1), .. U32(4), .. "disk"u8]);
        byte[] answer = client.Receive(10 + 124);
        Assert.Equal(1ul << 20, BinaryPrimitives.ReadUInt64BigEndian(answer));
        Assert.Equal(0x56d, BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(8)));
        Assert.True(answer.AsSpan(10).IndexOfAnyExcept((byte)0) < 0);
        client.Send(Request(0, 9, 0, 512));
        Assert.Equal((9ul, 0u), client.Reply());
    }

    [Fact]
    public async Task No_padding_when_the_client_wants_none()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20));
        using var client = Greeted(served.Path);
        client.Send([.. U64(OptionMagic), .. U32(1), .. U32(0)]);
        client.Receive(10);
        client.Send(Request(3, 1, 0, 0));
        Assert.Equal((1ul, 0u), client.Reply());
    }

    [Fact]
    public async Task Export_name_of_an_unknown_export_ends_the_connection()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20));
        using var client = Greeted(served.Path);
        client.Option(1, "other"u8.ToArray());
        client.AssertClosed();
    }

    [Fact]
    public async Task Go_to_an_unknown_export_is_answered_and_the_phase_goes_on()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20));
        using var client = Greeted(served.Path);
        client.Option(7, [.. Name("other"), 0, 0]);
        Assert.Equal(Unknown, client.OptionReply().Type);
        client.Option(7, [.. Name("disk"), 0, 0]);
        Assert.Equal(3u, client.OptionReply().Type);
    }

    [Fact]
    public async Task Info_tells_the_same_as_go_but_stays_in_the_phase()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20));
        using var client = Greeted(served.Path);
        client.Option(6, [.. Name(""), 0, 1, 0, 3]);
        var export = client.OptionReply();
        Assert.Equal((3u, 12), (export.Type, export.Data.Length));
        var blocks = client.OptionReply();
        Assert.Equal([0, 3, 0, 0, 2, 0, 0, 0, 16, 0, 2, 0, 0, 0], blocks.Data);
        Assert.Equal(1u, client.OptionReply().Type);
        client.Option(2);
        Assert.Equal(1u, client.OptionReply().Type);
        client.AssertClosed();
    }

    [Fact]
    public async Task Start_tls_extended_headers_and_unknown_options_are_unsupported()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20));
        using var client = Greeted(served.Path);
        foreach (uint option in new uint[] { 5, 11, 4, 0, 0xffffffff })
        {
            client.Option(option, 1, 2, 3);
            var reply = client.OptionReply();
            Assert.Equal((option, Unsupported), (reply.Option, reply.Type));
        }
    }

    public static TheoryData<uint, byte[]> BrokenOptions => new()
    {
        { 3, [1] },                                       // LIST with data
        { 8, [1] },                                       // STRUCTURED_REPLY with data
        { 7, [] },                                        // GO without anything
        { 7, [0, 0, 0, 9, 65] },                          // name longer than the data
        { 7, [0xff, 0xff, 0xff, 0xff, 0, 0] },            // name longer than an int
        { 7, [0, 0, 0, 0, 0] },                           // count cut
        { 7, [0, 0, 0, 0, 0, 2, 0, 0] },                  // fewer requests than said
        { 7, [0, 0, 0, 0, 0, 0, 0] },                     // more than said
        { 6, [0, 0, 0, 0, 0xff, 0xff] },
        { 9, [0, 0, 0, 0, 0, 0, 0, 0] },                  // meta context before structured replies
        { 10, [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff] },
    };

    [Theory]
    [MemberData(nameof(BrokenOptions))]
    public async Task A_broken_option_is_invalid_and_the_phase_goes_on(uint option, byte[] data)
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20));
        using var client = Greeted(served.Path);
        client.Option(option, data);
        Assert.Equal(Invalid, client.OptionReply().Type);
        client.Option(3);
        Assert.Equal([.. Name("disk")], client.OptionReply().Data);
    }

    [Fact]
    public async Task Allocation_is_offered_only_for_the_export_it_was_chosen_for()
    {
        await using var served = ServedDevice.Start(
            null, new NbdExport("a", new MemoryDevice(1 << 20)), new NbdExport("b", new MemoryDevice(1 << 20)));
        using var client = Greeted(served.Path);
        client.Option(8);
        client.OptionReply();
        client.Option(10, [.. Name("a"), .. U32(1), .. Name("base:allocation")]);
        var context = client.OptionReply();
        Assert.Equal([0, 0, 0, 1, .. "base:allocation"u8], context.Data);
        client.OptionReply();
        client.Option(7, [.. Name("b"), 0, 0]);
        while (client.OptionReply().Type == 3)
        {
        }

        client.Send(Request(7, 5, 0, 4096));
        var (cookie, type, payload) = client.Chunk();
        Assert.Equal((5ul, (ushort)0x8001), (cookie, type));
        Assert.Equal([0, 0, 0, 22, 0, 0], payload);
    }

    [Fact]
    public async Task Unknown_client_flags_end_the_connection()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20));
        using var client = Greeted(served.Path, flags: 4);
        client.AssertClosed();
        Assert.Equal(NbdErrorKind.Protocol, (await served.SingleErrorAsync()).Kind);
    }

    [Fact]
    public async Task An_option_without_its_magic_ends_the_connection()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20));
        using var client = Greeted(served.Path);
        client.Send(new byte[16]);
        client.AssertClosed();
        Assert.Equal(NbdErrorKind.Protocol, (await served.SingleErrorAsync()).Kind);
    }

    [Fact]
    public async Task Option_data_beyond_the_limit_ends_the_connection_unread()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20));
        using var client = Greeted(served.Path);
        client.Send([.. U64(OptionMagic), .. U32(7), .. U32(0xffffffff)]);
        client.AssertClosed();
        Assert.Equal(NbdErrorKind.TooLarge, (await served.SingleErrorAsync()).Kind);
    }

    [Fact]
    public async Task Options_without_end_end_the_connection()
    {
        await using var served = ServedDevice.Start(new MemoryDevice(1 << 20));
        using var client = Greeted(served.Path);
        for (int i = 0; i < 128; i++)
        {
            client.Option(99);
            client.OptionReply();
        }

        client.Option(99);
        client.AssertClosed();
        Assert.Equal(NbdErrorKind.TooLarge, (await served.SingleErrorAsync()).Kind);
    }

    [Fact]
    public async Task A_client_that_does_not_finish_is_cut_off_in_time()
    {
        await using var served = ServedDevice.Start(
            new MemoryDevice(1 << 20),
            options: new NbdServerOptions { PeerFilter = _ => true, HandshakeTimeout = TimeSpan.FromMilliseconds(50) });
        using var client = Greeted(served.Path);
        client.Send(U32(0x4948));
        client.AssertClosed();
    }

    [Fact]
    public async Task A_peer_that_the_filter_refuses_gets_not_a_single_byte()
    {
        PeerCredentials? seen = null;
        await using var served = ServedDevice.Start(
            new MemoryDevice(1 << 20), options: new NbdServerOptions { PeerFilter = p => (seen = p) is null });
        using var client = new RawClient(served.Path);
        client.AssertClosed();
        Assert.Equal(Environment.ProcessId, seen!.Value.Pid);
        Assert.Equal(NbdErrorKind.PeerRefused, (await served.SingleErrorAsync()).Kind);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_cut_off()
    {
        await using var served = ServedDevice.Start(
            new MemoryDevice(1 << 20), options: new NbdServerOptions { PeerFilter = _ => true, MaximumConnections = 2 });
        using var first = Greeted(served.Path);
        using var second = Greeted(served.Path);
        using var third = new RawClient(served.Path);
        third.AssertClosed();
        first.Option(3);
        Assert.Equal(2u, first.OptionReply().Type);
    }

    [Fact]
    public void Exports_must_have_distinct_short_names()
    {
        var options = new NbdServerOptions { PeerFilter = _ => true };
        Assert.Equal(NbdErrorKind.Misuse, Assert.Throws<NbdException>(() => new NbdServer(
            options, [new("a", new NullDevice(512)), new("a", new NullDevice(512))])).Kind);
        Assert.Equal(NbdErrorKind.Misuse, Assert.Throws<NbdException>(() => new NbdServer(
            options, [new(new string('x', 257), new NullDevice(512))])).Kind);
    }
}
