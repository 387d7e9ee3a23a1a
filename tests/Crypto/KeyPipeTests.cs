using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Crypto.Tests;

public sealed class KeyPipeTests
{
    [Fact]
    public void A_key_passes_whole_and_nothing_beyond_it_is_taken()
    {
        using var reading = new AnonymousPipeServerStream(PipeDirection.In);
        using var writing = new AnonymousPipeClientStream(PipeDirection.Out, reading.ClientSafePipeHandle);
        using var first = KeyBuffer.Random(64);
        using var second = KeyBuffer.Random(32);
        KeyPipe.Write(Number(writing.SafePipeHandle), first);
        KeyPipe.Write(Number(writing.SafePipeHandle), second);
        using var a = KeyPipe.Read(Number(reading.SafePipeHandle), 64);
        using var b = KeyPipe.Read(Number(reading.SafePipeHandle), 32);
        Assert.True(a.FixedTimeEquals(first));
        Assert.True(b.FixedTimeEquals(second));
    }

    [Fact]
    public void A_key_larger_than_the_pipe_passes_in_pieces()
    {
        using var reading = new AnonymousPipeServerStream(PipeDirection.In);
        using var writing = new AnonymousPipeClientStream(PipeDirection.Out, reading.ClientSafePipeHandle);
        using var key = KeyBuffer.Random(200_000);
        var sender = new Thread(() => KeyPipe.Write(Number(writing.SafePipeHandle), key));
        sender.Start();
        using var received = KeyPipe.Read(Number(reading.SafePipeHandle), 200_000);
        sender.Join();
        Assert.True(received.FixedTimeEquals(key));
    }

    [Fact]
    public void Descriptors_that_do_not_block_are_waited_for()
    {
        const int setFlags = 4, nonBlocking = 0x800;
        using var reading = new AnonymousPipeServerStream(PipeDirection.In);
        using var writing = new AnonymousPipeClientStream(PipeDirection.Out, reading.ClientSafePipeHandle);
        Assert.Equal(0, Control(Number(reading.SafePipeHandle), setFlags, nonBlocking));
        Assert.Equal(0, Control(Number(writing.SafePipeHandle), setFlags, nonBlocking));
        using var key = KeyBuffer.Random(200_000);
        var sender = new Thread(() => KeyPipe.Write(Number(writing.SafePipeHandle), key));
        sender.Start();
        using var received = KeyPipe.Read(Number(reading.SafePipeHandle), 200_000);
        sender.Join();
        Assert.True(received.FixedTimeEquals(key));
    }

    [Fact]
    public void A_pipe_that_ends_early_is_refused()
    {
        using var reading = new AnonymousPipeServerStream(PipeDirection.In);
        using (var writing = new AnonymousPipeClientStream(PipeDirection.Out, reading.ClientSafePipeHandle))
        {
            writing.Write(new byte[31]);
        }

        var refused = Assert.Throws<CryptoException>(() => KeyPipe.Read(Number(reading.SafePipeHandle), 32));
        Assert.Equal(CryptoErrorKind.BadStream, refused.Kind);
    }

    [Fact]
    public void A_bad_descriptor_is_refused()
        => Assert.Equal(CryptoErrorKind.BadStream, Assert.Throws<CryptoException>(() => KeyPipe.Read(-1, 32)).Kind);

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static extern int Control(int fd, int command, int value);

    private static int Number(SafePipeHandle handle) => (int)handle.DangerousGetHandle();
}
