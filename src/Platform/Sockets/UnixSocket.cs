using System.Buffers.Binary;
using Lorica.Platform.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Platform.Sockets;

/// <summary>Unix sockets that .NET does not offer.</summary>
public static class UnixSocket
{
    private const int MaximumPath = 107, PathAt = 2;

    /// <summary>
    /// A listening socket at a path, which must be free. Unlike .NET's, closing it leaves the path alone: other processes go on
    /// listening.
    /// </summary>
    public static SafeFileHandle Listen(string path, int backlog)
    {
        byte[] bytes = NativePath.Of(path);
        if (bytes.Length > MaximumPath + 1)
            throw new IOException($"The path {path} is too long for a socket; choose a shorter run folder.");

        // struct sockaddr_un: a 16-bit family and a zero-terminated path, whose length was checked.
        byte[] address = new byte[PathAt + MaximumPath + 1];
        BinaryPrimitives.WriteUInt16LittleEndian(address, Libc.UnixFamily);
        bytes.CopyTo(address, PathAt);
        int fd = Libc.Socket(Libc.UnixFamily, Libc.StreamSocket | OpenFlags.CloseOnExec, 0);
        if (fd < 0)
            throw Errno.Failure("make a socket for", path);
        var socket = new SafeFileHandle(fd, true);
        if (Libc.Bind(socket, in address[0], (uint)(PathAt + bytes.Length)) != 0 || Libc.Listen(socket, backlog) != 0)
        {
            var failure = Errno.Failure("listen at", path);
            socket.Dispose();
            throw failure;
        }

        return socket;
    }
}
