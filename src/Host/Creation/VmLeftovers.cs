using Lorica.Host.Files;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;
using Lorica.Host.Service;

namespace Lorica.Host.Creation;

/// <summary>Removes what is left of a VM that was being made; its registration goes last.</summary>
internal static class VmLeftovers
{
    /// <summary>The folder in which a VM is made.</summary>
    public static string TemporaryFolder(Guid id) => $".import-{id}";

    /// <summary>Removes what a crash left. What cannot be removed now stays pending until the next start.</summary>
    public static async Task SweepAsync(VmTable table, HostLog log, CancellationToken ct)
    {
        foreach (var registration in table.Registry.List().Where(r => r.Pending))
        {
            try
            {
                if (await RemoveAsync(table, registration, seen: false, ct))
                    log.Swept(registration.DisplayPath);
                else
                    log.SweepFailed(registration.DisplayPath, "its datastore is empty; is it mounted?");
            }
            catch (Exception e) when (e is not OperationCanceledException
                && FaultMap.Find(e, registration.DisplayPath) is { } fault)
            {
                log.SweepFailed(registration.DisplayPath, fault.Message);
            }
        }
    }

    /// <summary>
    /// Removes folders and registration of a VM that was not finished. False, and nothing is forgotten, when its datastore may
    /// not be there. A folder under its final name is removed only if it is this VM's and nobody else's (<see
    /// cref="VmEraser.ClearAsync"/>).
    /// </summary>
    /// <param name="table">The VMs.</param>
    /// <param name="registration">The VM; pending.</param>
    /// <param name="seen">The datastore is known to be mounted.</param>
    /// <param name="ct">Stops between two disks.</param>
    public static async Task<bool> RemoveAsync(VmTable table, VmRegistration registration, bool seen, CancellationToken ct)
    {
        table.Registry.RequireCertain();
        using var datastore = Folder.Open(table.Datastores.PathOf(registration.Datastore));
        var names = datastore.Names();
        if (names.Count == 0 && !seen)
            return false;
        if (names.Contains(TemporaryFolder(registration.Id)))
            RemoveOwn(datastore, TemporaryFolder(registration.Id));
        if (names.Contains(registration.Folder))
            await VmEraser.ClearAsync(table, datastore, registration, held: null, ct);
        table.Registry.Remove(registration.Id);
        return true;
    }

    /// <summary>Removes a folder that this host made under a name that nobody else has, with all that is in it.</summary>
    public static void RemoveOwn(Folder datastore, string name)
    {
        using (var folder = Folder.Open(Path.Combine(datastore.Path, name)))
        {
            foreach (var file in folder.Names())
                folder.Delete(file);
        }

        datastore.DeleteFolder(name);
        datastore.Sync();
    }
}
