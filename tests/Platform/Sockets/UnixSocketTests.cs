using System.Net.Sockets;
using Lorica.Platform.Native;
using Lorica.Platform.Sockets;

namespace Lorica.Platform.Tests.Sockets;

public sealed class UnixSocketTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private string At => _folder.Path("socket");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_connection_waits_in_the_queue_and_closing_leaves_the_path()
    {
        using (var listening = UnixSocket.Listen(At, 1))
        {
            Assert.False(FileDescriptors.WaitReadable(listening, 0));
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            client.Connect(new UnixDomainSocketEndPoint(At));
            Assert.True(FileDescriptors.WaitReadable(listening, 0));
        }

        Assert.True(File.Exists(At));
    }

    [Fact]
    public void A_path_that_is_taken_or_too_long_is_refused()
    {
        File.WriteAllText(At, "");
        Assert.Throws<IOException>(() => UnixSocket.Listen(At, 1));
        Assert.Throws<IOException>(() => UnixSocket.Listen(_folder.Path(new string('s', 108)), 1));
    }
}
