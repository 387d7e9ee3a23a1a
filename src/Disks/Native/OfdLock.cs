using System.Runtime.InteropServices;
using Lorica.Platform.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Native;

/// <summary>Locks of an open file description: they end when the last copy of the handle is closed, also by a crash.</summary>
internal static unsafe class OfdLock
{
    /// <summary>
    /// Locks the whole file; false when another description holds a lock that excludes it, and still does after a moment. The
    /// moment is for children that are just being started: between fork and exec they hold copies of all handles, also of locks
    /// that ended.
    /// </summary>
    public static bool TryTake(SafeFileHandle file, bool exclusive, string? path)
    {
        const int Tries = 50;
        long* pause = stackalloc long[2] { 0, 5_000_000 };
        for (int i = 1; !TryOnce(file, exclusive ? Libc.WriteLock : Libc.ReadLock, path); i++)
        {
            if (i == Tries)
                return false;

            // SAFETY: struct timespec is two longs; the remaining time is not asked for.
            _ = Libc.NanoSleep(pause, null);
        }

        return true;
    }

    /// <summary>Ends the lock for every copy of the handle.</summary>
    public static void Release(SafeFileHandle file, string? path) => TryOnce(file, Libc.NoLock, path);

    private static bool TryOnce(SafeFileHandle file, short type, string? path)
    {
        var request = new Libc.FileLock { Type = type };

        // SAFETY: a local of the layout that F_OFD_SETLK takes; pid is 0 as demanded.
        if (Libc.Lock(file, Libc.SetOfdLock, &request) == 0)
            return true;
        return Marshal.GetLastPInvokeError() is Errno.Again or Errno.AccessDenied
            ? false
            : throw LinuxError.ToException("lock", path);
    }
}
