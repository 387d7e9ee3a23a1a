using Lorica.Disks.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks;

/// <summary>Locks that another process holds for us.</summary>
public sealed partial class DiskLock
{
    /// <summary>
    /// Takes over a copy of a lock that was handed to another process and came back (or was fetched from it): proven by taking
    /// the lock once more, which only works on a copy of the holder's own handle. Owns the handle from then on.
    /// </summary>
    /// <exception cref="DiskException">InUse: somebody else holds the lock.</exception>
    public static DiskLock Adopt(SafeFileHandle handle, string path)
    {
        ArgumentNullException.ThrowIfNull(handle);
        if (OfdLock.TryTake(handle, exclusive: true, path))
            return new DiskLock(handle, handleStaysHere: false);
        handle.Dispose();
        throw new DiskException(DiskErrorKind.InUse, $"The disk {path} is in use.", path);
    }
}
