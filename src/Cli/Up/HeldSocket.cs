using System.Net.Sockets;
using Lorica.Cli.Files;
using Lorica.Cli.Output;

namespace Lorica.Cli.Up;

/// <summary>A listening Unix socket of this process, mode 0600.</summary>
internal static class HeldSocket
{
    /// <summary>A socket's path has at most this many bytes (<c>sun_path</c> without its NUL).</summary>
    private const int LongestPath = 107;

    /// <summary>Binds it anew; the caller holds the state's lock, so a file that lies there belongs to nobody.</summary>
    public static Socket Listen(string path)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            throw new CliException(ExitCode.Usage, $"{path} is too long for a socket ({LongestPath} bytes).",
                "Name a folder with a shorter path with --state.");
        }
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, FileModes.OwnerOnly);
            socket.Listen(64);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
