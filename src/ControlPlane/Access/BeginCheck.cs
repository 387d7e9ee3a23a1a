using System.Text.Json;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

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
        CenterDb db, string kind, VmRow vm, Caller caller, string arguments, TimeProvider time, CancellationToken ct)
    {
        if (caller.IsSystem)
        {
            return;
        }

        var parsed = JsonSerializer.Deserialize(arguments, StoreJson.Default.VmTaskArguments) ?? new VmTaskArguments();
        var access = await CallerAccess.LoadAsync(db, caller, time, ct);
        foreach (var (privilege, target) in await NeededAsync(db, kind, parsed, vm, ct))
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
        CenterDb db, string kind, VmTaskArguments arguments, VmRow vm, CancellationToken ct)
    {
        var folder = await FolderAsync(db, vm, ct);
        var (target, comes) = (ObjectRef.Of(vm), kind is TaskKinds.Create or TaskKinds.Import or TaskKinds.Register);
        List<(string, ObjectRef)> needed =
        [
            .. TaskPrivileges.Of(kind, arguments)
                .Select(p => (p, comes || p is Privileges.EncryptNew or Privileges.CryptoRegisterVm ? folder : target)),
        ];
        if (kind == TaskKinds.Clone)
        {
            needed.Add((Privileges.CreateVmFromExisting, folder));
        }

        // A record that is not in use yet counts: its file is about to be encrypted, or is.
        if (OfEncrypted(kind) is { } crypto && await db.KeyRecords.AnyAsync(
            r => r.VmId == vm.Id && (r.State == KeyRecordStates.Usable || r.State == KeyRecordStates.Pending), ct))
        {
            needed.Add((crypto, target));
        }

        if (TaskPrivileges.TakesSpace(kind))
        {
            needed.Add((Privileges.AllocateSpace, await SpaceRules.PlaceAsync(db, vm.HostId, ct)));
        }

        return needed;
    }

    /// <summary>Where the VM is now, or is to be.</summary>
    private static async Task<ObjectRef> FolderAsync(CenterDb db, VmRow vm, CancellationToken ct)
    {
        string parent = await db.Vms.Where(v => v.Id == vm.Id).Select(v => v.ParentId).FirstOrDefaultAsync(ct) ?? vm.ParentId;
        return await db.Containers.AsNoTracking().FirstOrDefaultAsync(c => c.Id == parent, ct) is { } folder
            ? ObjectRef.Of(folder) : new ObjectRef(ObjectKinds.Datacenter, InventoryIds.FirstDatacenter, "Datacenter");
    }

    /// <summary>What a kind of task needs beside its own privileges when the VM is encrypted.</summary>
    private static string? OfEncrypted(string kind) => kind switch
    {
        TaskKinds.Clone => Privileges.CryptoClone,
        TaskKinds.Relocate or TaskKinds.Migrate => Privileges.CryptoMigrate,
        TaskKinds.AddDisk or TaskKinds.AttachDisk => Privileges.CryptoAddDisk,
        _ => null,
    };
}
