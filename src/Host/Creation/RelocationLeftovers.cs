using Lorica.Contracts.Faults;
using Lorica.Host.Files;
using Lorica.Host.Registry;
using Lorica.Host.Service;

namespace Lorica.Host.Creation;

/// <summary>
/// Removes the folders that a relocation left: the unfinished copy before it switched, the old place afterwards. The VMX goes
/// last, so that what is left of a crash in the middle can still be told to be this VM's.
/// </summary>
internal static class RelocationLeftovers
{
    /// <summary>The folder into which a VM is copied.</summary>
    public static string TemporaryFolder(Guid id) => $".relocate-{id}";

    /// <summary>Removes what a crash left. What cannot be removed now stays noted until the next start.</summary>
    public static void Sweep(VmTable table, HostLog log)
    {
        foreach (var registration in table.Registry.List().Where(r => r is { Pending: false, Leftovers.Count: > 0 }))
        {
            try
            {
                Remove(table, registration, seen: false);
                log.Swept(registration.DisplayPath);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FaultException)
            {
                log.SweepFailed(registration.DisplayPath, e.Message);
            }
        }
    }

    /// <summary>Removes all leftovers of a VM and forgets them.</summary>
    /// <param name="table">The VMs.</param>
    /// <param name="registration">The VM.</param>
    /// <param name="seen">The datastores are known to be mounted; else an empty one may be one that is not.</param>
    /// <exception cref="IOException">Something could not be removed; nothing is forgotten.</exception>
    public static void Remove(VmTable table, VmRegistration registration, bool seen)
    {
        foreach (var leftover in registration.Leftovers)
        {
            if ((leftover.Datastore, leftover.Folder) != (registration.Datastore, registration.Folder))
                Remove(table, registration, leftover, seen);
        }

        table.Registry.RememberLeftovers(registration.Id, []);
    }

    private static void Remove(VmTable table, VmRegistration registration, VmLeftover leftover, bool seen)
    {
        using var datastore = Folder.Open(table.Datastores.PathOf(leftover.Datastore));
        var names = datastore.Names();
        if (names.Count == 0 && !seen)
            throw new IOException($"the datastore {leftover.Datastore} is empty; is it mounted?");
        if (!names.Contains(leftover.Folder))
            return;
        using (var folder = Folder.Open(Path.Combine(datastore.Path, leftover.Folder)))
        {
            if (!leftover.Own && !VmLeftovers.IsOf(folder, registration))
                return;
            foreach (var file in folder.Names().Where(n => leftover.Own || VmRemoval.IsOurs(n, registration.File))
                .OrderBy(n => n == registration.VmxName))
            {
                folder.Delete(file);
            }

            folder.Sync();
        }

        try
        {
            datastore.DeleteFolder(leftover.Folder);
        }
        catch (IOException) when (!leftover.Own)
        {
            // Files that are not the VM's stay, and their folder with them.
        }

        datastore.Sync();
    }
}
