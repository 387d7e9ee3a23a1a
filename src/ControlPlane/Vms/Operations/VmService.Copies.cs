using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Recrypt, full clone, relocation.</summary>
public sealed partial class VmService
{
    private const int MaximumKeys = 65;

    /// <summary>Recrypts.</summary>
    public async Task<TaskModel> RecryptAsync(Caller caller, string vm, RecryptBody body, CancellationToken ct)
    {
        var row = await RequireAsync(caller, Privileges.Recrypt, vm, ct);
        if (body.Mode is not ("shallow" or "deep"))
        {
            throw Invalid("lorica.recryptMode", vm, "The mode is shallow or deep.");
        }

        if (body.Disks is { Count: > 64 } || body.Disks?.Any(d => d is null) == true)
        {
            throw Invalid("lorica.disks", row.Name, "The disks are labels, at most 64.");
        }

        var command = new RecryptCommand(
            body.Mode == "deep", body.Home, body.Disks is null ? null : [.. body.Disks], body.Force, KeysOf(body.Keys, row.Name));
        return await DoAsync(row, g => g.RecryptAsync(caller, command), ct);
    }

    /// <summary>Makes a full clone, in the folder of its source.</summary>
    public async Task<TaskModel> CloneAsync(Caller caller, string vm, CloneVmBody body, CancellationToken ct)
    {
        var policy = body.Policy is null ? null : await policies.FindAsync(body.Policy, ct);
        var row = await RequireAsync(caller, Privileges.CloneVm, vm, ct);
        var folder = await FolderAsync(row, ct);
        await authorizer.RequireAsync(caller, Privileges.CreateVmFromExisting, folder, ct);
        List<string> asked = [];
        if ((await lookup.RecordsAsync(row.Id, ct)).Count > 0)
        {
            await authorizer.RequireAsync(caller, Privileges.CryptoClone, ObjectRef.Of(row), ct);
            asked.Add(Privileges.CryptoClone);
        }

        if (policy is { Encryption: true })
        {
            await authorizer.RequireAsync(caller, Privileges.EncryptNew, folder, ct);
            asked.Add(Privileges.EncryptNew);
            if (!policy.Strict)
            {
                await strict.RequireAsync(caller, StrictOperation.LoosenPolicy, row, ct);
            }
        }

        await services.GetRequiredService<SpaceRules>().RequireAsync(caller, row.HostId, ct);
        var command = new CloneCommand(body.Name, body.Datastore, policy?.Id, KeysOf(body.Keys, row.Name), asked);
        return await DoAsync(row, g => g.CloneAsync(caller, command), ct);
    }

    /// <summary>Moves to another datastore or disk format.</summary>
    public async Task<TaskModel> RelocateAsync(Caller caller, string vm, RelocateVmBody body, CancellationToken ct)
    {
        var row = await RequireAsync(caller, Privileges.ColdMigrate, vm, ct);
        List<string> asked = [];
        if ((await lookup.RecordsAsync(row.Id, ct)).Count > 0)
        {
            await authorizer.RequireAsync(caller, Privileges.CryptoMigrate, ObjectRef.Of(row), ct);
            asked.Add(Privileges.CryptoMigrate);
        }

        await services.GetRequiredService<SpaceRules>().RequireAsync(caller, row.HostId, ct);
        return await DoAsync(row, g => g.RelocateAsync(caller, new RelocateCommand(body.Datastore, body.DiskFormat, asked)), ct);
    }

    private async Task<ObjectRef> FolderAsync(VmRow vm, CancellationToken ct) =>
        await services.GetRequiredService<CenterStore>()
            .ReadAsync(db => db.Containers.FirstOrDefaultAsync(c => c.Id == vm.ParentId, ct), ct) is { } folder
            ? ObjectRef.Of(folder)
            : new ObjectRef(ObjectKinds.Datacenter, InventoryIds.FirstDatacenter, "Datacenter");

    private static List<KeySpec> KeysOf(IReadOnlyList<KeySpecBody>? keys, string vm) =>
        keys is { Count: > MaximumKeys } || keys?.Any(k => k is null || k.Objects?.Any(o => o is null) == true) == true
            ? throw Invalid("lorica.keys", vm, $"At most {MaximumKeys} keys are named.")
            : KeySpec.From(keys);
}
