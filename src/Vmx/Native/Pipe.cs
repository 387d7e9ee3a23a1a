using System.Runtime.InteropServices;
using Lorica.Platform.Native;

namespace Lorica.Vmx.Native;

/// <summary>Reading of pipes, byte for byte what is asked for and nothing ahead.</summary>
internal static unsafe class Pipe
{
    /// <summary>Whether a pipe holds nothing more and nobody writes to it.</summary>
    public static bool IsAtEnd(int fd)
    {
        Span<byte> more = stackalloc byte[1];
        return ReadSome(fd, more) == 0;
    }

    /// <summary>Reads at least one byte; 0 at the end.</summary>
    public static int ReadSome(int fd, Span<byte> into)
    {
        try
        {
            return Read(fd, into);
        }
        catch (IOException e)
        {
            throw new VmxException(VmxErrorKind.BadConfig, "What the host sends cannot be read.", e);
        }
    }

    /// <summary>Blocks for at least one byte; 0 at the end. Throws <see cref="IOException"/>.</summary>
    public static int Read(int fd, Span<byte> into)
    {
        // SAFETY: the span is pinned for the call and its length is passed with it.
        fixed (byte* to = into)
        {
            while (true)
            {
                nint n = Libc.Read(fd, to, (nuint)into.Length);
                if (n >= 0)
                    return (int)n;
                if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                    throw new IOException($"read failed: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
    }
}
