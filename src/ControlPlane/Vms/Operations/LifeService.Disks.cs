using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Store;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Disks.</summary>
public sealed partial class LifeService
{
    /// <summary>Adds an empty disk.</summary>
    public async Task<TaskModel> AddDiskAsync(Caller caller, string vm, AddDiskBody body, CancellationToken ct)
    {
        var row = await RequireAsync(caller, Privileges.AddNewDisk, vm, ct);
        var policy = body.Policy is null ? null : await _policies.FindAsync(body.Policy, ct);
        var asked = await RequireDiskAsync(
            caller, row, plain: !(policy ?? await _policies.OfObjectAsync(row.Id, ct)).Encryption, ct);
        await _space.RequireAsync(caller, row.HostId, ct);
        return await DoAsync(row, caller, TaskKinds.AddDisk, new LifeArguments
        {
            Label = body.Label ?? "", Capacity = body.Capacity, Provisioning = body.Provisioning ?? "thin",
            PolicyId = policy?.Id ?? "", Provider = body.NewKeyFrom ?? "", Asked = asked,
        }, ct);
    }

    /// <summary>Attaches a disk that is there already.</summary>
    public async Task<TaskModel> AttachDiskAsync(Caller caller, string vm, AttachDiskBody body, CancellationToken ct)
    {
        var row = await RequireAsync(caller, Privileges.AddExistingDisk, vm, ct);
        if (body.Shared)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.sharedBacking", body.Path,
                $"{body.Path} cannot be shared by several VMs: two writers of one disk destroy it.", "Attach it to one VM."));
        }

        var policy = body.Policy is null ? null : await _policies.FindAsync(body.Policy, ct);
        var asked = await RequireDiskAsync(caller, row, plain: policy is not { Encryption: true }, ct);
        return await DoAsync(
            row, caller, TaskKinds.AttachDisk,
            new LifeArguments { Label = body.Label ?? "", Path = body.Path, PolicyId = policy?.Id ?? "", Asked = asked }, ct);
    }

    /// <summary>Detaches a disk; with <paramref name="remove"/> its files go too.</summary>
    public async Task<TaskModel> DetachDiskAsync(Caller caller, string vm, string label, bool remove, CancellationToken ct)
    {
        var row = await RequireAsync(caller, Privileges.RemoveDisk, vm, ct);
        return await DoAsync(
            row, caller, remove ? TaskKinds.RemoveDisk : TaskKinds.DetachDisk, new LifeArguments { Label = label }, ct);
    }

    /// <summary>Grows a disk.</summary>
    public async Task<TaskModel> ResizeDiskAsync(
        Caller caller, string vm, string label, ResizeDiskBody body, CancellationToken ct)
    {
        var row = await RequireAsync(caller, Privileges.ExtendDisk, vm, ct);
        return await DoAsync(
            row, caller, TaskKinds.ResizeDisk, new LifeArguments { Label = label, Capacity = body.Capacity }, ct);
    }

    /// <summary>A disk for an encrypted VM; a plain one is a way out for its data. Returns what was asked for.</summary>
    private async Task<List<string>> RequireDiskAsync(Caller caller, VmRow vm, bool plain, CancellationToken ct)
    {
        if (!await IsEncryptedAsync(vm, ct))
        {
            return [];
        }

        await _authorizer.RequireAsync(caller, Privileges.CryptoAddDisk, ObjectRef.Of(vm), ct);
        if (!plain || !await _strict.NeedsDirectAccessAsync(StrictOperation.PlainDisk, vm.Id, ct))
        {
            return [Privileges.CryptoAddDisk];
        }

        await _authorizer.RequireAsync(caller, Privileges.CryptoAccess, ObjectRef.Of(vm), ct);
        return [Privileges.CryptoAddDisk, Privileges.CryptoAccess];
    }
}
