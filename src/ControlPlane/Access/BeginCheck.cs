using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// The privileges of a task once more, in the transaction that begins it. They were asked for before the rules were looked at,
/// and what they depend on may be another thing by now: a VM that was plain is encrypted, a setting of a policy became a
/// decryption, a permission was withdrawn while the request waited for its turn.
/// <code>
/// create, import, register    at the folder where the VM is to be
/// everything else             at the VM; EncryptNew, RegisterVM and what a clone is made by at its folder
/// files on a datastore        Datastore.AllocateSpace at the datacenter of the host too
/// </code>
/// </summary>
internal static class BeginCheck
{
    /// <summary>Returns when the caller holds what the task needs.</summary>
    /// <exception cref="Contracts.Faults.FaultException">NoPermission: nothing was begun.</exception>
    public static async Task RequireAsync(
        CenterDb db, TaskNeeds needs, VmRow vm, Caller caller, TimeProvider time, CancellationToken ct)
    {
        if (caller.IsSystem)
        {
            return;
        }

        var access = await CallerAccess.LoadAsync(db, caller, time, ct);
        foreach (var (privilege, target) in await NeededAsync(db, needs, vm, ct))
        {
            if (!access.Holds(privilege, await AccessPath.OfAsync(db, target, ct)))
            {
                throw AccessFaults.NoPermission(caller, privilege, target);
            }
        }
    }

    /// <summary>Returns when the caller holds one privilege at one object.</summary>
    /// <exception cref="Contracts.Faults.FaultException">NoPermission.</exception>
    public static async Task RequireAsync(
        CenterDb db, Caller caller, string privilege, ObjectRef target, TimeProvider time, CancellationToken ct)
    {
        if (!await HoldsAsync(db, caller, privilege, target, time, ct))
        {
            throw AccessFaults.NoPermission(caller, privilege, target);
        }
    }

    /// <summary>Whether the caller holds one privilege at one object.</summary>
    public static async Task<bool> HoldsAsync(
        CenterDb db, Caller caller, string privilege, ObjectRef target, TimeProvider time, CancellationToken ct)
    {
        AccessFaults.RequireKnown(privilege);
        return caller.IsSystem || (await CallerAccess.LoadAsync(db, caller, time, ct))
            .Holds(privilege, await AccessPath.OfAsync(db, target, ct));
    }

    /// <summary>What a task needs, and where; the same when it is taken up again.</summary>
    public static async Task<List<(string Privilege, ObjectRef At)>> NeededAsync(
        CenterDb db, TaskNeeds needs, VmRow vm, CancellationToken ct)
    {
        var (folder, target) = (await FolderAsync(db, vm, ct), ObjectRef.Of(vm));
        List<(string, ObjectRef)> needed =
            [.. needs.Privileges.Select(p => (p, needs.IsNew || TaskNeeds.IsAtFolder(p) ? folder : target))];

        // A record that is not in use yet counts: its file is about to be encrypted, or is.
        if (needs.WhenEncrypted is { } crypto && await db.KeyRecords.AnyLiveOfAsync(vm.Id, ct))
        {
            needed.Add((crypto, target));
        }

        if (needs.TakesSpace)
        {
            needed.Add((Privileges.AllocateSpace, await SpaceRules.PlaceAsync(db, vm.HostId, ct)));
        }

        return needed;
    }

    /// <summary>Where the VM is now, or is to be.</summary>
    private static async Task<ObjectRef> FolderAsync(CenterDb db, VmRow vm, CancellationToken ct)
    {
        string parent = await db.Vms.ParentAsync(vm.Id, ct) ?? vm.ParentId;
        return await db.Containers.FindAsync(parent, ct) is { } folder
            ? ObjectRef.Of(folder) : new ObjectRef(ObjectKinds.Datacenter, InventoryIds.FirstDatacenter, "Datacenter");
    }
}
