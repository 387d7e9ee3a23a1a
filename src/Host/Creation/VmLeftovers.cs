using Lorica.Contracts.Faults;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Registry;
using Lorica.Host.Service;

namespace Lorica.Host.Creation;

/// <summary>Removes what is left of a VM that was being made; its registration goes last.</summary>
internal static class VmLeftovers
{
    /// <summary>The folder in which a VM is made.</summary>
    public static string TemporaryFolder(Guid id) => $".import-{id}";

    /// <summary>Removes what a crash left. What cannot be removed now stays pending until the next start.</summary>
    public static void Sweep(VmTable table, HostLog log)
    {
        foreach (var registration in table.Registry.List().Where(r => r.Pending))
        {
            try
            {
                if (Remove(table, registration, seen: false))
                    log.Swept(registration.DisplayPath);
                else
                    log.SweepFailed(registration.DisplayPath, "its datastore is empty; is it mounted?");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FaultException)
            {
                log.SweepFailed(registration.DisplayPath, e.Message);
            }
        }
    }

    /// <summary>
    /// Removes folders and registration of a VM that was not finished. False, and nothing is forgotten, when its datastore may
    /// not be there.
    /// </summary>
    /// <param name="table">The VMs.</param>
    /// <param name="registration">The VM; pending.</param>
    /// <param name="seen">The datastore is known to be mounted.</param>
    public static bool Remove(VmTable table, VmRegistration registration, bool seen)
    {
        var path = table.Datastores.PathOf(registration.Datastore);
        using var datastore = Folder.Open(path);
        var names = datastore.Names();
        if (names.Count == 0 && !seen)
            return false;
        foreach (var name in (string[])[TemporaryFolder(registration.Id), registration.Folder])
        {
            if (names.Contains(name))
                RemoveFolder(datastore, name, registration, always: name != registration.Folder);
        }

        datastore.Sync();
        table.Registry.Remove(registration.Id);
        return true;
    }

    // A folder under the final name is this VM's only if its VMX says so: the name may have come to be another's. The VMX goes
    // last, so that a crash in the middle leaves what can be told.
    private static void RemoveFolder(Folder datastore, string name, VmRegistration registration, bool always)
    {
        using (var folder = Folder.Open(Path.Combine(datastore.Path, name)))
        {
            if (!always && !IsOf(folder, registration))
                return;
            foreach (var file in folder.Names().OrderBy(n => n == registration.VmxName))
                folder.Delete(file);
        }

        datastore.DeleteFolder(name);
    }

    internal static bool IsOf(Folder folder, VmRegistration registration)
    {
        try
        {
            return folder.Read(registration.VmxName, VmxFile.MaximumBytes) is { } bytes
                && VmxFile.Parse(bytes)[VmxKeys.VmId] == registration.Id.ToString();
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
