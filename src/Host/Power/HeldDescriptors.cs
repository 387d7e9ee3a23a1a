using Lorica.Disks;
using Lorica.Platform.Processes;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Power;

/// <summary>
/// Copies of descriptors that a vmx holds for its VM: a restarted host fetches its NBD socket back, and a change of a running
/// VM's descriptors happens under the very lock that the vmx holds.
/// </summary>
internal static class HeldDescriptors
{
    /// <summary>The listening NBD socket; null when the vmx is gone or the kernel refuses.</summary>
    public static SafeFileHandle? Nbd(RunState state) => Fetch(state, state.NbdFd);

    /// <summary>The lock of a disk's link; null when the vmx does not hold it.</summary>
    public static DiskLock? Lock(RunState state, Guid link, string path) =>
        state.Disks.SelectMany(d => d.Links).FirstOrDefault(l => l.Id == link) is { } held
        && Fetch(state, held.LockFd) is { } handle
            ? DiskLock.Adopt(handle, path) : null;

    /// <summary>Witnesses of what the vmx writes to its disks; as many as can be had.</summary>
    public static DiskWitnesses Witnesses(RunState state) => DiskWitnesses.OfRunning(
        state.Disks.Where(d => d.Links.Count > 0).Select(d => (d.Label, Fetch(state, d.Links[0].ExtentFd)))
            .Where(d => d.Item2 is not null)!);

    private static SafeFileHandle? Fetch(RunState state, int fd)
    {
        if (state.Vmx is not { } vmx || fd == 0)
            return null;
        using var process = ProcessHandle.Open(vmx.Pid);
        return process is not null && vmx.IsAlive() ? process.TakeDescriptor(fd) : null;
    }
}
