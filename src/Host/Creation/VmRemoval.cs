using Lorica.Contracts.Faults;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;
using Lorica.Host.Service;

namespace Lorica.Host.Creation;

/// <summary>
/// Removes a VM with its files: its disks and all that is the VM's in its folder (<see cref="VmEraser"/>), then what a relocation
/// left elsewhere, then its registration. Needs no key, so a locked VM can be removed. Each datastore with files of it must be
/// there, or nothing is removed. Before the first file goes, the registry notes that the VM is being removed: from there on it is
/// removed to its end, by the next start of the host if need be, unless a later operation has been let in that is no removal.
/// Disks in the folder that the VMX does not name were detached: they are nobody's, and stay.
/// </summary>
internal static class VmRemoval
{
    /// <summary>Goes on with removals that a crash broke off. What cannot be removed now stays noted until the next
    /// start.</summary>
    public static async Task SweepAsync(VmTable table, HostLog log, CancellationToken ct)
    {
        foreach (var registration in table.Registry.List().Where(r => r is { Pending: false, Removing: true }))
        {
            try
            {
                await RemoveAsync(table, registration, unasked: true, log, ct);
                log.Swept(registration.DisplayPath);
            }
            catch (Exception e) when (e is not OperationCanceledException
                && FaultMap.Find(e, registration.DisplayPath) is { } fault)
            {
                log.SweepFailed(registration.DisplayPath, fault.Message);
            }
        }
    }

    /// <summary>Removes a VM that somebody wants removed.</summary>
    public static Task RemoveAsync(VmTable table, VmRegistration registration, HostLog log, CancellationToken ct) =>
        RemoveAsync(table, registration, unasked: false, log, ct);

    private static async Task RemoveAsync(
        VmTable table, VmRegistration registration, bool unasked, HostLog log, CancellationToken ct)
    {
        registration = table.Registry.Find(registration.Id)!;
        using var datastore = Folder.Open(table.Datastores.PathOf(registration.Datastore));
        RelocationLeftovers.RequireThere(table, registration);
        if (!datastore.Has(registration.Folder))
        {
            // Without its folder nothing tells a removed VM from a datastore that is not mounted.
            if (!registration.Removing)
            {
                throw Refuse.With(FaultTypes.NotFound, "lorica.fileNotFound", registration.DisplayPath,
                    $"The folder of {registration.DisplayPath} is not there.",
                    "See that the datastore is mounted. If the folder was removed by hand, make an empty one of that name.");
            }

            table.Registry.RememberRemoving(registration.Id);
        }
        else if (unasked)
        {
            // The VM may have been given to another host meanwhile.
            if (!await VmEraser.ClearAsync(table, datastore, registration, held: null, ct))
                log.LeftAlone(registration.Id, registration.DisplayPath);
        }
        else
        {
            using var home = table.OpenHome(registration);
            await using var held = await table.LockAsync(home, ct);
            var files = VmFiles.Of(home);
            VmEraser.RequireFree(home, files);
            table.Registry.RememberRemoving(registration.Id);

            // What is begun goes on, whether the caller waits for it or not.
            await VmEraser.EraseAsync(datastore, home, files, held, CancellationToken.None);
        }

        await RelocationLeftovers.RemoveAsync(table, registration, held: null, log, CancellationToken.None);
        table.Registry.Remove(registration.Id);
        table.Forget(registration.Id);
    }
}
