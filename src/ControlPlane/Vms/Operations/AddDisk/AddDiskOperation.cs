using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Providers;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Operations.Disks;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.AddDisk;

/// <summary>
/// Adds an empty disk. The policy decides whether it is encrypted: that of VM home when none is named. The KEK is the VM's, or a
/// new one when a provider is named.
/// </summary>
internal sealed class AddDiskOperation(
    OperationServices services, DiskServices disks, PolicyCatalog policies, ProviderService providers, KeyPlanner planner)
    : DiskOperation<AddDiskRequest>(services, disks)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.AddDisk, "vm disk add", Privileges.AddNewDisk)
    {
        WhenEncrypted = Privileges.CryptoAddDisk, TakesSpace = true,
    };

    /// <inheritdoc />
    protected override async Task<AddDiskRequest> PrepareAsync(
        Caller caller, VmRow vm, AddDiskRequest request, List<string> asked, CancellationToken ct)
    {
        var policy = request.Policy.Length == 0 ? null : await policies.FindAsync(request.Policy, ct);
        bool plain = !(policy ?? await policies.OfObjectAsync(vm.Id, ct)).Encryption;
        asked.AddRange(await Disks.Rules.RequirePlainAsync(caller, vm, plain, ct));
        return request with { Policy = policy?.Id ?? "", KeyId = "", Kcv = "" };
    }

    /// <inheritdoc />
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, AddDiskRequest request, CancellationToken ct)
    {
        var (vm, files, records) = await Vms.OffAsync(vmId, ct);
        var policy = await Disks.Rules.PolicyAsync(vm, request.Policy, ct);
        await Disks.Rules.RequirePlaceAsync(vm, request.Policy, policy, ct);
        if (request.Provider.Length > 0 && !policy.Encryption)
        {
            throw DiskRules.BadPolicy(request.Label.Length > 0 ? request.Label : vm.Name,
                $"A key is named for a new disk of {vm.Name}, but the policy {policy.Name} has no encryption rule.");
        }

        if (policy.Encryption && !files.Encrypted)
        {
            throw DiskRules.Mismatch(vm.Name, $"The new disk is to be encrypted, but the home of {vm.Name} is not.");
        }

        await Vms.RequireHeldAsync(caller, vm, records.FindAll(r => r.ObjectId == vm.Id), "disk", ct);
        var home = records.Find(r => r.ObjectId == vm.Id && r.InUse);
        request = request with
        {
            Label = DiskRules.LabelOf(files, request.Label),
            ObjectId = Guid.NewGuid().ToString("D"),
            Encrypted = policy.Encryption,
        };
        if (policy.Encryption && request.Provider.Length == 0)
        {
            await planner.RequireMayWrapAsync(vm.Name, new ExpectedKey(home!.Provider, home.KeyId, home.Kcv), ct);
            request = request with { Provider = home.Provider, KeyId = home.KeyId, Kcv = home.Kcv };
        }
        else if (policy.Encryption && request.Provider == "default")
        {
            request = request with { Provider = await providers.DefaultAsync(ct) };
        }

        return new Begun(vm, request)
        {
            Plan = DiskRules.Plan(policy, request.ObjectId),
            Also = (db, _) => PolicyUsers.RequireUnchangedAsync(db, policy, ct),
        };
    }

    /// <inheritdoc />
    protected override async Task<ExpectedKey?> KeyAsync(WorkContext context, AddDiskRequest request, CancellationToken ct)
    {
        if (!request.Encrypted)
        {
            return null;
        }

        await Tasks.ProgressAsync(context.Task.Id, "key", 0, 0, ct);
        RecordedObject[] disk = [new RecordedObject(request.ObjectId, IsHome: false)];
        if (request.KeyId.Length == 0)
        {
            return await Disks.Register.MakeAsync(context.Task, context.Vm, request.Provider, disk, ct);
        }

        var key = new ExpectedKey(request.Provider, request.KeyId, request.Kcv);
        await Disks.Claims.AdoptAsync(context.Task, context.Vm, key, disk, ct);
        return key;
    }

    /// <inheritdoc />
    protected override Task<VmFiles> AskAsync(
        HostDisks host, VmEdit edit, AddDiskRequest request, ExpectedKey? key, CancellationToken ct) => host.AddAsync(
        edit,
        new NewDiskSpec
        {
            Label = request.Label, Capacity = request.Capacity,
            Provisioning = CreateVm.CreateRules.FormatOf(request.Provisioning), ObjectId = request.ObjectId, Key = key,
        },
        ct);

    /// <inheritdoc />
    protected override bool IsDone(VmDisk? disk, AddDiskRequest request) => disk?.Encrypted == request.Encrypted;

    /// <inheritdoc />
    protected override AddDiskRequest FromFirst(FirstTaskArguments first) => new()
    {
        Label = first.Life!.Label, ObjectId = first.Life.ObjectId, Encrypted = first.Life.Encrypted,
        Capacity = first.Life.Capacity, Provisioning = first.Life.Provisioning, Policy = first.Life.PolicyId,
        Provider = first.Life.Provider, KeyId = first.Life.KeyId, Kcv = first.Life.Kcv,
    };
}
