using System.Buffers.Binary;
using System.IO.Pipes;
using Lorica.Platform.Native;
using Lorica.Platform.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Platform.Tests.Sockets;

public sealed class DescriptorSocketTests : IDisposable
{
    private readonly DescriptorSocket _one, _other;

    public DescriptorSocketTests() => (_one, _other) = DescriptorSocket.Pair();

    public void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void A_descriptor_arrives_as_one_of_the_receivers_own()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        _one.Send([1, 2, 3], pipe.ClientSafePipeHandle, pipe.SafePipeHandle);
        Assert.Equal([1, 2, 3], _other.Receive(16, out var came));
        Assert.Equal(2, came.Count);
        using var reading = new FileStream(came[0], FileAccess.Read, 1);
        using var writing = came[1];
        Assert.NotEqual(pipe.ClientSafePipeHandle.DangerousGetHandle(), came[0].DangerousGetHandle());
        pipe.WriteByte(7);
        Assert.Equal(7, reading.ReadByte());
    }

    [Fact]
    public void No_child_inherits_what_arrived()
    {
        _one.Send([1], _one.Handle);
        _other.Receive(16, out var came);
        using var got = Assert.Single(came);
        string line = File.ReadLines($"/proc/self/fdinfo/{got.DangerousGetHandle()}")
            .Single(l => l.StartsWith("flags:", StringComparison.Ordinal));
        long flags = Convert.ToInt64(line[6..].Trim(), 8);
        Assert.Equal(OpenFlags.CloseOnExec, flags & OpenFlags.CloseOnExec);
    }

    [Fact]
    public async Task Long_frames_and_as_many_descriptors_as_there_can_be_arrive_whole()
    {
        byte[] message = new byte[3 << 20];
        new Random(1).NextBytes(message);
        var sending = Task.Run(() =>
        {
            _one.Send(message, [.. Enumerable.Repeat(_one.Handle, DescriptorSocket.MaximumDescriptors)]);
            _one.Send([9]);
        }, TestContext.Current.CancellationToken);
        Assert.Equal(message, _other.Receive(message.Length, out var came));
        Assert.Equal(DescriptorSocket.MaximumDescriptors, came.Count);
        Assert.Equal([9], _other.Receive(1, out var none));
        Assert.Empty(none);
        await sending;
        foreach (var descriptor in came)
            descriptor.Dispose();
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            _one.Send([1], [.. Enumerable.Repeat(_one.Handle, DescriptorSocket.MaximumDescriptors + 1)]));
    }

    [Fact]
    public void The_end_is_no_frame_and_a_frame_that_is_cut_off_is_an_error()
    {
        Write([8, 0, 0, 0, 1]);
        _one.Dispose();
        Assert.Throws<EndOfStreamException>(() => _other.Receive(16, out _));
        Assert.Null(_other.Receive(16, out var came));
        Assert.Empty(came);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_frame_that_is_too_long_is_an_error_before_it_is_read(int length)
    {
        byte[] prefix = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, length);
        Write(prefix);
        Assert.Throws<IOException>(() => _other.Receive(16, out _));
    }

    private void Write(byte[] bytes)
    {
        using var stream = new FileStream(
            new SafeFileHandle(_one.Handle.DangerousGetHandle(), ownsHandle: false), FileAccess.Write, 0);
        stream.Write(bytes);
    }
}
