using Lorica.Contracts.Faults;
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
                await RemoveAsync(table, registration, ct);
                log.Swept(registration.DisplayPath);
            }
            catch (Exception e) when (e is not OperationCanceledException
                && FaultMap.Find(e, registration.DisplayPath) is { } fault)
            {
                log.SweepFailed(registration.DisplayPath, fault.Message);
            }
        }
    }

    /// <summary>Removes what is left of a VM whose making failed in this process; nothing when there is none.</summary>
    /// <exception cref="FaultException">Its datastore is not there, or somebody uses its files; nothing is forgotten.</exception>
    public static async Task RemoveLeftAsync(VmTable table, Guid id, CancellationToken ct)
    {
        if (table.Registry.Find(id) is not { Pending: true } registration || !table.Registry.IsLeft(id))
            return;
        using (await table.EntryOf(id).EnterAsync(registration.DisplayPath, ct))
        {
            if (table.Registry.IsLeft(id))
                await RemoveAsync(table, registration, ct);
            table.Forget(id);
        }
    }

    /// <summary>
    /// Removes folders and registration of a VM that was not finished. A folder under its final name is removed only if it is
    /// this VM's and nobody else's (<see cref="VmEraser.ClearAsync"/>).
    /// </summary>
    /// <param name="table">The VMs.</param>
    /// <param name="registration">The VM; pending.</param>
    /// <param name="ct">Stops between two disks.</param>
    /// <exception cref="FaultException">Its datastore is not there, or somebody uses its files; nothing is forgotten.</exception>
    public static async Task RemoveAsync(VmTable table, VmRegistration registration, CancellationToken ct)
    {
        table.Registry.RequireCertain();
        using var datastore = Folder.Open(table.Datastores.PathOf(registration.Datastore));
        var names = datastore.Names();
        if (names.Contains(TemporaryFolder(registration.Id)))
            RemoveOwn(datastore, TemporaryFolder(registration.Id));
        if (names.Contains(registration.Folder))
            await VmEraser.ClearAsync(table, datastore, registration, held: null, ct);
        table.Registry.Remove(registration.Id);
    }

    /// <summary>Removes a folder that this host made under a name that nobody else has, with all that is in it.</summary>
    public static void RemoveOwn(Folder datastore, string name)
    {
        using (var folder = Folder.Open(Path.Combine(datastore.Path, name)))
        {
            foreach (string file in folder.Names())
                folder.Delete(file);
        }

        datastore.DeleteFolder(name);
        datastore.Sync();
    }
}
