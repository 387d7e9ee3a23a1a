using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Native;

/// <summary>Locks of an open file description: they end when the last copy of the handle is closed, also by a crash.</summary>
internal static unsafe class OfdLock
{
    private const int SetLock = 37;

    /// <summary>Locks the whole file without waiting; false when another description holds a lock that excludes it.</summary>
    public static bool TryTake(SafeFileHandle file, bool exclusive, string? path)
    {
        var request = new Libc.FileLock { Type = exclusive ? (short)1 : (short)0 };

        // SAFETY: a local of the layout that F_OFD_SETLK takes; pid is 0 as demanded.
        if (Libc.Lock(file, SetLock, &request) == 0)
            return true;
        return Marshal.GetLastPInvokeError() is Errno.Again or Errno.AccessDenied ? false : throw LinuxError.ToException("lock", path);
    }
}
