using System.Text.Json;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Access;

/// <summary>
/// The privileges of a task at its VM once more, in the transaction that begins it. They were asked for before the rules were
/// looked at, and what they depend on may be another thing by now: a VM that was plain is encrypted, a setting of a policy became
/// a decryption, a permission was withdrawn while the request waited for its turn.
/// </summary>
internal static class BeginCheck
{
    /// <summary>Returns when the caller holds at the VM what the task needs there.</summary>
    /// <exception cref="Contracts.Faults.FaultException">NoPermission: nothing was begun.</exception>
    public static async Task RequireAsync(
        CenterDb db, string kind, VmRow vm, Caller caller, string arguments, TimeProvider time, CancellationToken ct)
    {
        if (caller.IsSystem)
        {
            return;
        }

        var parsed = JsonSerializer.Deserialize(arguments, StoreJson.Default.VmTaskArguments) ?? new VmTaskArguments();
        var target = ObjectRef.Of(vm);
        var access = await CallerAccess.LoadAsync(db, caller, time, ct);
        var path = await AccessPath.OfAsync(db, target, ct);

        // What is asked for at the folder may end there, so it is not asked for at the VM.
        var needed = TaskPrivileges.Of(kind, parsed).Except([Privileges.EncryptNew, Privileges.CryptoRegisterVm]);
        if (OfEncrypted(kind) is { } crypto
            && await db.KeyRecords.AnyAsync(r => r.VmId == vm.Id && r.State == KeyRecordStates.Usable && r.InUse, ct))
        {
            needed = needed.Append(crypto);
        }

        foreach (var privilege in needed)
        {
            if (!access.Holds(privilege, path))
            {
                throw AccessFaults.NoPermission(caller, privilege, target);
            }
        }
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
