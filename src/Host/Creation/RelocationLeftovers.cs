using Lorica.Contracts.Faults;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;
using Lorica.Host.Service;

namespace Lorica.Host.Creation;

/// <summary>
/// Removes what a relocation left: the unfinished copy before it switched, the old place afterwards. The folder that is copied
/// into has a name of this one operation; a folder under a VM's own name is removed only as <see cref="VmEraser.ClearAsync"/>
/// allows it, since another host may have come to use it while this one was away.
/// </summary>
internal static class RelocationLeftovers
{
    /// <summary>
    /// The folder into which a VM is copied. No other operation on the VM has this epoch, on any host, so none has this folder.
    /// </summary>
    public static string TemporaryFolder(Guid id, long epoch) => $".relocate-{id}-{epoch}";

    /// <summary>Removes what a crash left. What cannot be removed now stays noted until the next start.</summary>
    public static async Task SweepAsync(VmTable table, HostLog log, CancellationToken ct)
    {
        foreach (var registration in table.Registry.List().Where(r => r is { Pending: false, Leftovers.Count: > 0 }))
        {
            if (await TryRemoveAsync(table, registration, held: null, log, ct))
                log.Swept(registration.DisplayPath);
        }
    }

    /// <summary>
    /// Removes all leftovers of a VM; a failure is logged, and what it was about stays noted until the next start.
    /// </summary>
    /// <returns>False for a failure.</returns>
    public static async Task<bool> TryRemoveAsync(
        VmTable table, VmRegistration registration, VmLock? held, HostLog log, CancellationToken ct)
    {
        if (await FailureOfAsync(table, registration, held, log, ct) is not { } fault)
            return true;
        log.SweepFailed(registration.DisplayPath, fault.Message);
        return false;
    }

    /// <summary>Removes all leftovers of a VM that is about to be forgotten. What stays is said: nobody will come back to it.
    /// </summary>
    public static async Task RemoveOrTellAsync(VmTable table, VmRegistration registration, HostLog log, CancellationToken ct)
    {
        if (await FailureOfAsync(table, registration, held: null, log, ct) is not { } fault)
            return;
        foreach (var left in table.Registry.Find(registration.Id)!.Leftovers)
            log.LeftBehind(registration.Id, $"[{left.Datastore}] {left.Folder}", fault.Message);
    }

    /// <summary>
    /// Refuses when a datastore is not there on which there may be leftovers of a VM. One that this host was told to have no more
    /// does not come back: what is there is not this host's to remove.
    /// </summary>
    /// <exception cref="FaultException">lorica.datastoreNotThere.</exception>
    public static void RequireThere(VmTable table, VmRegistration registration)
    {
        foreach (string datastore in registration.Leftovers.Select(l => l.Datastore).Distinct())
        {
            if (table.Datastores.Names.Contains(datastore))
                table.Datastores.PathOf(datastore);
        }
    }

    /// <summary>Removes all leftovers of a VM that are its own, and forgets each that is gone.</summary>
    /// <param name="table">The VMs.</param>
    /// <param name="registration">The VM.</param>
    /// <param name="held">The lock of the VM in the folder that it was in, if the caller has it.</param>
    /// <param name="log">Told of what is somebody else's by now.</param>
    /// <param name="ct">Stops between two files.</param>
    /// <exception cref="IOException">Something could not be removed; it stays noted.</exception>
    /// <exception cref="FaultException">Somebody uses it, or its datastore is not there; likewise.</exception>
    public static async Task RemoveAsync(
        VmTable table, VmRegistration registration, VmLock? held, HostLog log, CancellationToken ct)
    {
        table.Registry.RequireCertain();
        RequireThere(table, registration);
        for (var left = registration.Leftovers; left.Count > 0; left = [.. left.Skip(1)])
        {
            if (table.Datastores.Names.Contains(left[0].Datastore))
            {
                await RemoveAsync(table, registration, left[0], held, log, ct);
            }
            else
            {
                log.LeftBehind(
                    registration.Id, $"[{left[0].Datastore}] {left[0].Folder}", "This host has no such datastore any more.");
            }

            table.Registry.RememberLeftovers(registration.Id, [.. left.Skip(1)]);
        }
    }

    private static async Task RemoveAsync(
        VmTable table, VmRegistration registration, VmLeftover leftover, VmLock? held, HostLog log, CancellationToken ct)
    {
        var place = registration with { Datastore = leftover.Datastore, Folder = leftover.Folder };
        if (place.DisplayPath == registration.DisplayPath)
            return;
        using var datastore = Folder.Open(table.Datastores.PathOf(leftover.Datastore));
        if (!datastore.Has(leftover.Folder))
            return;
        if (leftover.Own)
        {
            VmLeftovers.RemoveOwn(datastore, leftover.Folder);
        }
        else if (!IsWhereItShouldBe(table, registration))
        {
            throw new IOException(
                $"{registration.DisplayPath} is not there, and {place.DisplayPath} may be all that is left of it.");
        }
        else if (!await VmEraser.ClearAsync(table, datastore, place, held, ct))
        {
            log.LeftAlone(registration.Id, place.DisplayPath);
        }
    }

    private static async Task<Fault?> FailureOfAsync(
        VmTable table, VmRegistration registration, VmLock? held, HostLog log, CancellationToken ct)
    {
        try
        {
            await RemoveAsync(table, registration, held, log, ct);
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException
            && FaultMap.Find(e, registration.DisplayPath) is { } fault)
        {
            return fault;
        }
    }

    /// <summary>A whole copy of a VM is removed only while the other one is seen, or when the VM itself is removed.</summary>
    private static bool IsWhereItShouldBe(VmTable table, VmRegistration registration)
    {
        if (table.Registry.Find(registration.Id) is { Removing: true })
            return true;
        try
        {
            using var home = table.OpenHome(registration);
            return home.Folder.Has(registration.VmxName) && VmEraser.IsOf(home);
        }
        catch (Exception e) when (e is IOException or FaultException)
        {
            return false;
        }
    }
}
