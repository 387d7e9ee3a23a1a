using Lorica.Host.Native;
using Lorica.Host.Refusals;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Home;

/// <summary>
/// The right to run or change a VM: an OFD lock on <c>.FILE.vmx.lock</c> in its folder (the disks have locks of their own), a
/// file that is never renamed nor deleted. It lasts as long as any copy of <see cref="Handle"/> is open: the vmx gets one, so the
/// lock of a running VM outlives its host.
/// </summary>
internal sealed class VmLock : IDisposable
{
    private VmLock(SafeFileHandle handle) => Handle = handle;

    public SafeFileHandle Handle { get; }

    /// <summary>Set once another process has a copy that shall go on holding the lock.</summary>
    public bool Shared { get; set; }

    public static VmLock Take(VmHome home)
    {
        var handle = home.Folder.OpenLockFile($".{home.Registration.VmxName}.lock");
        try
        {
            return Posix.TryLock(handle, home.Registration.DisplayPath)
                ? new VmLock(handle)
                : throw Refuse.VmLocked(home.Registration.DisplayPath);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Gives the lock up, unless it is shared. A lock that only this process has is released at once and by name: a child that is
    /// just being started has copies of all descriptors for a moment.
    /// </summary>
    public void Dispose()
    {
        if (!Shared && !Handle.IsClosed)
            Posix.Unlock(Handle);
        Handle.Dispose();
    }
}
