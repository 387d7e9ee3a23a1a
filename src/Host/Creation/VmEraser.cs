using Lorica.Contracts.Faults;
using Lorica.Disks;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Creation;

/// <summary>
/// Removes a VM's files from a folder: what <see cref="VmFiles"/> says is the VM's, and nothing else. The caller holds the VM's
/// lock in that folder.
/// </summary>
/// <remarks>
/// Steps: 1 each disk, under its lock, descriptor first (from then on nothing of an encrypted disk can be read), its lock file
/// last · 2 the VM's other files · 3 the VMX · 4 lock files of disks that are gone · 5 the VM's lock file · 6 the folder, if
/// it is empty then. Made durable after 2, 3, 5 and 6. A crash before 3 leaves a VMX that says whose the files are; one before
/// 5 leaves a lock file whose record says it; one before 6 leaves an empty folder. Each of them is told by <see
/// cref="ClearAsync"/>, which goes on.
/// </remarks>
internal static class VmEraser
{
    /// <summary>Refuses when another VM's disk lock stands in the way; nothing is removed.</summary>
    public static void RequireFree(VmHome home, VmFiles files)
    {
        using var folder = home.OpenDisks();
        foreach (var link in files.Disks.SelectMany(d => d.Links))
            DiskLock.TakeExclusive(folder, link.Name).Dispose();
    }

    /// <summary>Removes.</summary>
    /// <exception cref="FaultException">The lock was lost in the middle.</exception>
    public static async Task EraseAsync(Folder datastore, VmHome home, VmFiles files, VmLock held, CancellationToken ct)
    {
        var registration = home.Registration;
        home.ChangeUnder(held.Lease);
        using (var folder = home.OpenDisks())
        {
            // Step 1
            foreach (var link in files.Disks.SelectMany(d => d.Links))
            {
                RequireLock(held, registration.DisplayPath);
                await EraseDiskAsync(folder, home.Folder, link.Name, ct);
            }

            // Step 2
            RequireLock(held, registration.DisplayPath);
            foreach (string name in VmFiles.OfHome(registration.File).Where(n => !files.Others.ContainsKey(n)))
                home.Folder.Delete(name);
            home.Folder.Sync();

            // Step 3
            RequireLock(held, registration.DisplayPath);
            home.Folder.Delete(registration.VmxName);
            home.Folder.Sync();

            // Step 4
            foreach (string name in files.LockedNames(home.Folder).Where(n => IsEmpty(home.Folder, VmFiles.DiskLockOf(n))))
                EraseLock(folder, home.Folder, name);
        }

        // Step 5
        VmLock.Remove(home);
        home.Folder.Sync();

        // Step 6
        datastore.TryDeleteFolder(registration.Folder);
        datastore.Sync();
    }

    /// <summary>
    /// Removes what this host left of a VM in a folder where the VM is not (or no more), if it is its to remove: the folder is
    /// empty, or its VMX is the VM's, or a crash in the middle of this left only a lock file that says so; and nobody else has
    /// come to use it.
    /// </summary>
    /// <param name="table">The VMs.</param>
    /// <param name="datastore">The datastore.</param>
    /// <param name="place">The VM, as if it were in that folder.</param>
    /// <param name="held">The VM's lock in that folder, if the caller has it already.</param>
    /// <param name="ct">Stops between two disks.</param>
    /// <returns>False when the files are somebody else's: they stay.</returns>
    public static async Task<bool> ClearAsync(
        VmTable table, Folder datastore, VmRegistration place, VmLock? held, CancellationToken ct)
    {
        using var home = table.OpenHome(place);
        var names = home.Folder.Names();
        if (names.Count == 0)
        {
            datastore.TryDeleteFolder(place.Folder);
            datastore.Sync();
            return true;
        }

        if (names.Contains(place.VmxName) ? !IsOf(home) : !names.Contains(VmFiles.LockOf(place.File)))
            return false;
        await using var own = held is null ? table.LockOwn(home) : null;
        if ((held ?? own) is not { } vmLock)
            return false;
        await EraseAsync(datastore, home, VmFiles.Of(home), vmLock, ct);
        return true;
    }

    /// <summary>
    /// Removes a disk with its lock file, under its lock from the first file to the last. What is gone already is no failure.
    /// </summary>
    public static async Task EraseDiskAsync(DiskFolder folder, Folder files, string name, CancellationToken ct)
    {
        using var held = DiskLock.TakeExclusive(folder, name);
        await EraseDiskAsync(folder, files, name, held, ct);
    }

    /// <summary>The same under the disk's lock, which the caller has.</summary>
    public static async Task EraseDiskAsync(
        DiskFolder folder, Folder files, string name, DiskLock held, CancellationToken ct)
    {
        try
        {
            await Vmdk.DeleteLockedAsync(folder, name, held, ct);
        }
        catch (DiskException e) when (e.Kind == DiskErrorKind.NotFound)
        {
            // An earlier attempt removed it.
        }

        DropLock(files, name);
    }

    /// <summary>
    /// Removes the lock file, which the caller has locked, of a disk of which nothing else is there: who had opened it takes the
    /// one that has the name then. A file that is not empty is another program's.
    /// </summary>
    public static void DropLock(Folder files, string name)
    {
        var names = files.Names();
        if (!names.Contains(VmFiles.Descriptor(name)) && !names.Contains(VmFiles.Data(name))
            && IsEmpty(files, VmFiles.DiskLockOf(name)))
        {
            files.Delete(VmFiles.DiskLockOf(name));
        }
    }

    private static void EraseLock(DiskFolder folder, Folder files, string name)
    {
        try
        {
            using (DiskLock.TakeExclusive(folder, name))
                DropLock(files, name);
        }
        catch (DiskException)
        {
            // Somebody has it, or it is no lock file of a disk: it stays.
        }
    }

    private static bool IsEmpty(Folder folder, string name)
    {
        try
        {
            return folder.Read(name, limit: 0) is not null;
        }
        catch (IOException)
        {
            // Something else of that name.
            return false;
        }
    }

    private static void RequireLock(VmLock held, string about)
    {
        if (!held.Lease.IsValid)
            throw Refuse.LockLost(about, held.Lease.Reason);
    }

    /// <summary>Whether the VMX in a folder is the VM's.</summary>
    internal static bool IsOf(VmHome home)
    {
        try
        {
            home.ReadModel();
            return true;
        }
        catch (FaultException)
        {
            return false;
        }
    }
}
