using System.Runtime.InteropServices;
using Lorica.Platform.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Native;

/// <summary>Data of an open file.</summary>
internal static unsafe partial class LinuxFile
{
    private const int FlagNoWait = 0x8;
    private const int KeepSize = 0x1, PunchHole = 0x2, ZeroRange = 0x10;
    private const int SeekData = 3, SeekHole = 4;

    /// <summary>Reads only what the page cache has. Bytes read, or 0 when a worker has to do it.</summary>
    public static int ReadCached(SafeFileHandle file, long offset, Span<byte> buffer, out bool unsupported)
    {
        fixed (byte* p = buffer)
        {
            // SAFETY: the vector covers exactly the pinned buffer.
            var vector = new Libc.IoVector { Base = p, Length = (nuint)buffer.Length };
            nint n = Libc.ReadVector(file, &vector, 1, offset, FlagNoWait);
            unsupported = n < 0
                && Marshal.GetLastPInvokeError() is (Errno.NotSupported or Errno.InvalidArgument or Errno.NotImplemented);
            return n > 0 ? (int)n : 0;
        }
    }

    /// <summary>
    /// Fills the whole buffer or throws; with <paramref name="zeroFillAtEnd"/> what lies behind the end of the file is zeros.
    /// </summary>
    public static void Read(SafeFileHandle file, long offset, Span<byte> buffer, string? path, bool zeroFillAtEnd = false)
    {
        while (buffer.Length > 0)
        {
            nint n;
            fixed (byte* p = buffer)
            {
                // SAFETY: the vector covers exactly the pinned buffer.
                var vector = new Libc.IoVector { Base = p, Length = (nuint)buffer.Length };
                n = Libc.ReadVector(file, &vector, 1, offset, 0);
            }

            if (n < 0)
            {
                if (Marshal.GetLastPInvokeError() == Errno.Interrupted)
                    continue;
                throw LinuxError.ToException("read", path, offset);
            }

            if (n == 0)
            {
                if (!zeroFillAtEnd)
                    throw new DiskException(DiskErrorKind.Io, $"{path ?? "The file"} ends before byte {offset}.", path, offset);
                buffer.Clear();
                return;
            }

            buffer = buffer[(int)n..];
            offset += n;
        }
    }

    /// <summary>Writes the whole buffer or throws.</summary>
    public static void Write(SafeFileHandle file, long offset, ReadOnlySpan<byte> buffer, string? path)
    {
        while (buffer.Length > 0)
        {
            nint n;
            fixed (byte* p = buffer)
            {
                // SAFETY: the vector covers exactly the pinned buffer; the kernel only reads it.
                var vector = new Libc.IoVector { Base = p, Length = (nuint)buffer.Length };
                n = Libc.WriteVector(file, &vector, 1, offset, 0);
            }

            if (n <= 0)
            {
                if (n < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted)
                    continue;
                throw LinuxError.ToException("write", path, offset);
            }

            buffer = buffer[(int)n..];
            offset += n;
        }
    }

    /// <summary>fdatasync. A failure must never be answered by another try: the kernel may have dropped the data.</summary>
    public static void DataSync(SafeFileHandle file, string? path)
    {
        if (Libc.DataSync(file) != 0)
            throw LinuxError.ToException("make durable", path);
    }

    /// <summary>fsync, for new files and folders.</summary>
    public static void Sync(SafeFileHandle file, string? path)
    {
        if (Libc.Sync(file) != 0)
            throw LinuxError.ToException("make durable", path);
    }

    public static void SetLength(SafeFileHandle file, long length, string? path)
    {
        if (Libc.Truncate(file, length) != 0)
            throw LinuxError.ToException("set the size of", path);
    }

    /// <summary>
    /// Takes the space of a range now, so that no later write can fail for lack of it. False when the filesystem cannot.
    /// </summary>
    public static bool Reserve(SafeFileHandle file, long offset, long length, string? path) =>
        Allocate(file, KeepSize, offset, length, path);

    /// <summary>Gives back the space of a range, which then reads as zeros. False when the filesystem cannot.</summary>
    public static bool Punch(SafeFileHandle file, long offset, long length, string? path) =>
        Allocate(file, KeepSize | PunchHole, offset, length, path);

    /// <summary>The range reads as zeros and keeps its space. False when the filesystem cannot.</summary>
    public static bool Zero(SafeFileHandle file, long offset, long length, string? path) =>
        Allocate(file, KeepSize | ZeroRange, offset, length, path);

    /// <summary>First byte of data at or behind <paramref name="offset"/>; -1 when only a hole follows.</summary>
    public static long NextData(SafeFileHandle file, long offset, string? path) => Seek(file, offset, SeekData, path);

    /// <summary>
    /// First byte of a hole at or behind <paramref name="offset"/> (the end of the file counts); -1 when behind the end.
    /// </summary>
    public static long NextHole(SafeFileHandle file, long offset, string? path) => Seek(file, offset, SeekHole, path);

    /// <summary>Where the file or block device ends.</summary>
    public static long End(SafeFileHandle file, string? path)
    {
        const int FromEnd = 2;
        long end = Libc.Seek(file, 0, FromEnd);
        return end >= 0 ? end : throw LinuxError.ToException("ask for the size of", path);
    }

    private static bool Allocate(SafeFileHandle file, int mode, long offset, long length, string? path)
    {
        if (length == 0)
            return true;
        while (Libc.Allocate(file, mode, offset, length) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.Interrupted:
                    continue;
                case Errno.NotSupported or Errno.NotImplemented:
                    return false;
                default:
                    throw LinuxError.ToException("allocate in", path, offset);
            }
        }

        return true;
    }

    private static long Seek(SafeFileHandle file, long offset, int whence, string? path)
    {
        long at = Libc.Seek(file, offset, whence);
        if (at >= 0)
            return at;
        return Marshal.GetLastPInvokeError() switch
        {
            Errno.NoSuchDeviceOrAddress => -1,

            // No support for holes: everything is data up to the end.
            Errno.InvalidArgument => whence == SeekData ? offset : Stat(file, path).Length,
            _ => throw LinuxError.ToException("look for data in", path, offset),
        };
    }
}
