using Lorica.Disks.Locks;
using Lorica.Disks.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Storage;

/// <summary>
/// The real folder. All names are resolved below its open handle, links are never followed. With a right, each change asks for it
/// first; only lock files are made without.
/// </summary>
internal sealed class FolderStore(SafeFileHandle folder, string path, IWriteRight? right) : IDiskStore
{
    /// <summary>What allows changes here; null where nobody shares the folder.</summary>
    public IWriteRight? Right => right;

    public IStoredFile Open(string name, bool writable) =>
        new FolderFile(OpenHandle(name, writable), FullName(name), writable, right);

    /// <summary>Opens an existing regular file as a bare handle.</summary>
    public SafeFileHandle OpenHandle(string name, bool writable)
    {
        var handle = LinuxFile.OpenBelow(folder, name, writable ? LinuxFile.ReadWrite : LinuxFile.ReadOnly);
        try
        {
            if (!LinuxFile.Stat(handle, FullName(name)).IsRegular)
                throw new DiskException(DiskErrorKind.NotADisk, $"{FullName(name)} is not an ordinary file.", FullName(name));
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public IStoredFile CreateNew(string name)
    {
        right.Require(FullName(name));
        return new FolderFile(
            LinuxFile.OpenBelow(folder, name, LinuxFile.ReadWrite | LinuxFile.Create | LinuxFile.Exclusive), FullName(name),
            writable: true, right);
    }

    /// <summary>Opens a lock file, making it if there is none.</summary>
    public SafeFileHandle OpenLock(string name) => LinuxFile.OpenBelow(folder, name, LinuxFile.ReadWrite | LinuxFile.Create);

    public bool Exists(string name)
    {
        try
        {
            LinuxFile.OpenBelow(folder, name, LinuxFile.ReadOnly).Dispose();
            return true;
        }
        catch (DiskException e) when (e.Kind == DiskErrorKind.NotFound)
        {
            return false;
        }
    }

    public void Rename(string from, string to)
    {
        right.Require(FullName(to));
        LinuxFile.Rename(folder, from, to);
    }

    public bool Remove(string name)
    {
        right.Require(FullName(name));
        return LinuxFile.Unlink(folder, name);
    }

    public void Sync()
    {
        right.Require(path);
        LinuxFile.Sync(folder, path);
    }

    public string FullName(string name) => Path.Combine(path, name);
}
