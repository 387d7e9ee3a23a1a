using Lorica.Disks.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks;

/// <summary>
/// The right to use a disk: an OFD lock on <c>.NAME.lock</c>, a file that is never renamed. It lasts as long as any
/// copy of <see cref="Handle"/> is open, so it can be handed to another process, and ends with the last one even by a crash. Who
/// removes all files of a disk may remove the lock file as the last one, while holding it: who had opened it before finds that it
/// has no name any more, and takes the one that has. It is never waited for.
/// </summary>
public sealed partial class DiskLock : IDisposable
{
    private readonly bool _handleStaysHere;

    private DiskLock(SafeFileHandle handle, bool handleStaysHere)
    {
        Handle = handle;
        _handleStaysHere = handleStaysHere;
    }

    /// <summary>The locked file.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>For whoever writes. <see cref="DiskErrorKind.InUse"/> when anybody else uses the disk.</summary>
    public static DiskLock TakeExclusive(DiskFolder folder, string name) => Take(folder, name, true, false);

    /// <summary>For readers of a parent that several disks share.</summary>
    public static DiskLock TakeShared(DiskFolder folder, string name) => Take(folder, name, false, false);

    /// <summary>
    /// For one operation of this library: nobody gets a copy, so the end of the lock need not wait for children that have one.
    /// </summary>
    internal static DiskLock TakeForOperation(DiskFolder folder, string name) => Take(folder, name, true, true);

    /// <summary>Closes this copy of the handle.</summary>
    public void Dispose()
    {
        if (_handleStaysHere && !Handle.IsClosed)
            OfdLock.Release(Handle, null);
        Handle.Dispose();
    }

    // The lock file is a means: on storage that is mounted read-only the message is about the disk.
    private static SafeFileHandle Open(DiskFolder folder, string name, string file)
    {
        try
        {
            return folder.Store.OpenLock(file);
        }
        catch (DiskException e) when (e.Kind == DiskErrorKind.ReadOnly)
        {
            string path = folder.Store.FullName(DiskName.Descriptor(name));
            throw new DiskException(
                DiskErrorKind.ReadOnly,
                $"The disk {path} lies on storage that is mounted read-only, so it can be neither locked nor changed.", path,
                inner: e)
            {
                WayOut = "Mount the storage for writing. If the kernel made it read-only, its log says after which error.",
            };
        }
    }

    private static DiskLock Take(DiskFolder folder, string name, bool exclusive, bool handleStaysHere)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string file = DiskName.Lock(DiskName.Check(name));
        while (true)
        {
            var handle = Open(folder, name, file);
            try
            {
                if (!OfdLock.TryTake(handle, exclusive, folder.Store.FullName(file)))
                {
                    string path = folder.Store.FullName(DiskName.Descriptor(name));
                    throw new DiskException(DiskErrorKind.InUse, $"The disk {path} is in use.", path);
                }

                if (LinuxFile.Stat(handle, folder.Store.FullName(file)).Links > 0)
                    return new DiskLock(handle, handleStaysHere);
            }
            catch
            {
                handle.Dispose();
                throw;
            }

            handle.Dispose();
        }
    }
}
