using System.Runtime.InteropServices;
using Lorica.Crypto.Native;

namespace Lorica.Crypto;

/// <summary>Passes keys over pipes or sockets without a managed copy. The descriptor stays the caller's.</summary>
public static unsafe class KeyPipe
{
    /// <summary>Writes all bytes of the key, blocking. Throws <see cref="CryptoErrorKind.BadStream"/> when the other side is gone.</summary>
    public static void Write(int fd, KeyBuffer key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var from = key.Pointer;
        nuint left = (nuint)key.Length;
        while (left > 0)
        {
            // SAFETY: [from, from + left) is the unwritten rest of the key, which is kept alive below.
            var written = Libc.Write(fd, from, left);
            if (written <= 0)
            {
                ContinueOnlyAfterInterrupt(written, "write");
                continue;
            }

            from += written;
            left -= (nuint)written;
        }

        GC.KeepAlive(key);
    }

    /// <summary>
    /// Reads exactly <paramref name="length"/> bytes into key memory, blocking. An early end is <see cref="CryptoErrorKind.BadStream"/>.
    /// </summary>
    public static KeyBuffer Read(int fd, int length)
    {
        var key = KeyBuffer.Allocate(length);
        try
        {
            var to = key.Pointer;
            nuint left = (nuint)length;
            while (left > 0)
            {
                // SAFETY: [to, to + left) is the unfilled rest of the key.
                var read = Libc.Read(fd, to, left);
                if (read <= 0)
                {
                    ContinueOnlyAfterInterrupt(read, "read");
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

    private static void ContinueOnlyAfterInterrupt(nint result, string call)
    {
        if (result == 0)
        {
            throw new CryptoException(CryptoErrorKind.BadStream, "The pipe ended before the whole key had passed.");
        }

        if (Marshal.GetLastPInvokeError() != Libc.Interrupted)
        {
            throw new CryptoException(CryptoErrorKind.BadStream, $"Passing a key: {call} failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }
}
