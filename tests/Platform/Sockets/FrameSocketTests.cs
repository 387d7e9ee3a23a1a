using System.Net.Sockets;
using Lorica.Platform.Sockets;

namespace Lorica.Platform.Tests.Sockets;

public sealed class FrameSocketTests : IDisposable
{
    private readonly FrameSocket _one;
    private readonly DescriptorSocket _other;

    public FrameSocketTests()
    {
        var (own, other) = DescriptorSocket.Pair();
        _one = new FrameSocket(new Socket(new SafeSocketHandle(own.Handle.DangerousGetHandle(), ownsHandle: true)));
        own.Handle.SetHandleAsInvalid();
        _other = other;
    }

    public void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Frames_and_descriptors_arrive_both_ways_also_when_the_reader_waits_first()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        for (int round = 0; round < 50; round++)
        {
            var waiting = _one.ReceiveAsync(16, limit.Token);
            _other.Send([1, 2, (byte)round], _other.Handle);
            using var frame = (await waiting)!;
            Assert.Equal([1, 2, (byte)round], frame.Message);
            using var got = Assert.Single(frame.Take());
            Assert.False(frame.HasDescriptors);

            await _one.SendAsync(new byte[] { 9 }, [_other.Handle], limit.Token);
            Assert.Equal([9], _other.Receive(16, out var came));
            using var back = Assert.Single(came);
        }
    }

    [Fact]
    public async Task A_long_frame_arrives_whole_in_pieces()
    {
        byte[] message = new byte[3 << 20];
        new Random(1).NextBytes(message);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var sending = Task.Run(() => _other.Send(message, _other.Handle), limit.Token);
        using var frame = (await _one.ReceiveAsync(message.Length, limit.Token))!;
        Assert.Equal(message, frame.Message);
        Assert.True(frame.HasDescriptors);
        await sending;
    }

    [Fact]
    public async Task Too_long_cut_off_and_the_end_are_told_apart()
    {
        var ct = TestContext.Current.CancellationToken;
        _other.Send([1, 2, 3], _other.Handle);
        await Assert.ThrowsAsync<IOException>(() => _one.ReceiveAsync(2, ct));
        var (ended, other) = Fresh();
        using (ended)
        {
            other.Dispose();
            Assert.Null(await ended.ReceiveAsync(2, ct));
        }

        (ended, other) = Fresh();
        using (ended)
        {
            using var raw = new Socket(new SafeSocketHandle(other.Handle.DangerousGetHandle(), ownsHandle: false));
            raw.Send([5, 0, 0, 0, 1]);
            other.Dispose();
            await Assert.ThrowsAsync<EndOfStreamException>(() => ended.ReceiveAsync(8, ct));
        }
    }

    private static (FrameSocket, DescriptorSocket) Fresh()
    {
        var (own, other) = DescriptorSocket.Pair();
        var socket = new Socket(new SafeSocketHandle(own.Handle.DangerousGetHandle(), ownsHandle: true));
        own.Handle.SetHandleAsInvalid();
        return (new FrameSocket(socket), other);
    }
}
