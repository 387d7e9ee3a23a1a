using System.Runtime.InteropServices;
using Lorica.Crypto.Native;

namespace Lorica.Crypto;

/// <summary>
/// Passes keys over pipes or sockets, blocking or not, without a managed copy. The descriptor stays the caller's.
/// </summary>
public static unsafe class KeyPipe
{
    /// <summary>
    /// Writes all bytes of the key; returns when they are written. Throws <see cref="CryptoErrorKind.BadStream"/> when the other
    /// side is gone.
    /// </summary>
    public static void Write(int fd, KeyBuffer key)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte* from = key.Pointer;
        nuint left = (nuint)key.Length;
        while (left > 0)
        {
            // SAFETY: [from, from + left) is the unwritten rest of the key, which is kept alive below.
            nint written = Libc.Write(fd, from, left);
            if (written <= 0)
            {
                WaitOrFail(written, fd, Libc.PollOut, "write");
                continue;
            }

            from += written;
            left -= (nuint)written;
        }

        GC.KeepAlive(key);
    }

    /// <summary>
    /// Reads exactly <paramref name="length"/> bytes into key memory; returns when they are there. An early end is
    /// <see cref="CryptoErrorKind.BadStream"/>.
    /// </summary>
    public static KeyBuffer Read(int fd, int length)
    {
        var key = KeyBuffer.Allocate(length);
        try
        {
            byte* to = key.Pointer;
            nuint left = (nuint)length;
            while (left > 0)
            {
                // SAFETY: [to, to + left) is the unfilled rest of the key.
                nint read = Libc.Read(fd, to, left);
                if (read <= 0)
                {
                    WaitOrFail(read, fd, Libc.PollIn, "read");
                    continue;
                }

                to += read;
                left -= (nuint)read;
            }

            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static void WaitOrFail(nint result, int fd, short events, string call)
    {
        if (result == 0)
        {
            throw new CryptoException(CryptoErrorKind.BadStream, "The pipe ended before the whole key had passed.");
        }

        int error = Marshal.GetLastPInvokeError();
        if (error == Libc.TryAgain)
        {
            // A descriptor that does not block (sockets of the platform): wait until it is ready; what is wrong shows in the next
            // call.
            var wait = new PollDescriptor { Fd = fd, Events = events };
            _ = Libc.Poll(&wait, 1, -1);
        }
        else if (error != Libc.Interrupted)
        {
            throw new CryptoException(
                CryptoErrorKind.BadStream, $"Passing a key: {call} failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }
}
