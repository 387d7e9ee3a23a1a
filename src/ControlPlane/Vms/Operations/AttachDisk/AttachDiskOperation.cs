using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Vms.Operations.Disks;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.AttachDisk;

/// <summary>Attaches a disk that is there already, plain or encrypted under a key that the KMS has.</summary>
internal sealed class AttachDiskOperation(
    OperationServices services, DiskServices disks, PolicyCatalog policies, IncomingRules coming)
    : DiskOperation<AttachDiskRequest>(services, disks)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.AttachDisk, "vm disk attach", Privileges.AddExistingDisk)
    {
        WhenEncrypted = Privileges.CryptoAddDisk,
    };

    /// <inheritdoc />
    protected override bool BringsRecords => true;

    /// <inheritdoc />
    protected override async Task<AttachDiskRequest> PrepareAsync(
        Caller caller, VmRow vm, AttachDiskRequest request, List<string> asked, CancellationToken ct)
    {
        if (request.Shared)
        {
            throw new FaultException(new Fault(
                FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.sharedBacking", request.Path,
                $"{request.Path} cannot be shared by several VMs: two writers of one disk destroy it.",
                "Attach it to one VM."));
        }

        var policy = request.Policy.Length == 0 ? null : await policies.FindAsync(request.Policy, ct);
        asked.AddRange(await Disks.Rules.RequirePlainAsync(caller, vm, plain: policy is not { Encryption: true }, ct));
        return request with { Policy = policy?.Id ?? "" };
    }

    /// <inheritdoc />
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, AttachDiskRequest request, CancellationToken ct)
    {
        var (vm, files, records) = await Vms.OffAsync(vmId, ct);
        var disk = await Disks.Rules.InspectDiskAsync(vm, request.Path, ct);
        await Disks.Rules.RequireNobodysAsync(vm, disk, ct);
        if (disk.Transition is not null)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.jobPending", disk.Path,
                $"{disk.Path} is half way through a job ({disk.Transition?.Word()}).",
                    "Finish that at the VM that it belongs to."));
        }

        var policy = request.Policy.Length > 0 ? await policies.OfIdAsync(request.Policy, ct) : PolicyCatalog.DatastoreDefault;
        await Disks.Rules.RequirePlaceAsync(vm, request.Policy, policy, ct);
        if (disk.Encrypted && !files.Encrypted)
        {
            throw DiskRules.Mismatch(disk.Path, $"{disk.Path} is encrypted, but the home of {vm.Name} is not.");
        }

        if (disk.Encrypted && !policy.Encryption)
        {
            throw DiskRules.BadPolicy(disk.Path,
                $"{disk.Path} is encrypted: attaching it needs a policy with an encryption rule, and {policy.Name} has none.");
        }

        if (!disk.Encrypted && policy.Encryption)
        {
            throw new FaultException(new Fault(
                FaultTypes.InvalidDeviceOperation, "msg.hostd.deviceSpec.enc.notEncrypted", disk.Path,
                $"{disk.Path} is not encrypted, so it cannot be attached under {policy.Name}.",
                $"Attach it with {PolicyCatalog.DatastoreDefault.Name}, then set the policy."));
        }

        List<IncomingObject> comes = [IncomingObject.Disk(disk, vm.Id)];
        var plan = await coming.JudgeAsync(caller, comes[0], default, ct);
        await Vms.RequireHeldAsync(caller, vm, records.FindAll(r => r.ObjectId == vm.Id), "disk", ct);
        request = request with
        {
            Path = disk.Path,
            Label = DiskRules.LabelOf(files, request.Label),
            ObjectId = disk.Encrypted ? disk.ObjectId : Guid.NewGuid().ToString("D"),
            Encrypted = disk.Encrypted,
            Records = plan is null ? [] : [plan],
        };
        return new Begun(vm, request)
        {
            Plan = DiskRules.Plan(policy, request.ObjectId),
            Also = async (db, task) =>
            {
                await PolicyUsers.RequireUnchangedAsync(db, policy, ct);
                await coming.ClaimAsync(db, task, caller, comes, default, request.Records, ct);
            },
        };
    }

    /// <inheritdoc />
    protected override IReadOnlyList<RecordPlan> RecordsOf(AttachDiskRequest request) => request.Records;

    /// <inheritdoc />
    protected override Task<VmFiles> AskAsync(
        HostDisks host, VmEdit edit, AttachDiskRequest request, ExpectedKey? key, CancellationToken ct) =>
        host.AttachAsync(edit, request.Label, request.Path, request.ObjectId, request.Encrypted, ct);

    /// <inheritdoc />
    protected override bool IsDone(VmDisk? disk, AttachDiskRequest request) => disk?.Encrypted == request.Encrypted;

    /// <inheritdoc />
    protected override AttachDiskRequest FromFirst(FirstTaskArguments first) => new()
    {
        Label = first.Life!.Label, ObjectId = first.Life.ObjectId, Path = first.Life.Path, Encrypted = first.Life.Encrypted,
        Policy = first.Life.PolicyId, Records = first.Life.Records,
    };
}
