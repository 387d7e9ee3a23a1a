using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Preflight;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Vms.Operations.RelocateVm;

/// <summary>
/// A relocation: the host moves the files or leaves them where they are; then the row of the VM follows, with its records (a disk
/// that was written anew has a higher generation) and the end of the task in one transaction.
/// </summary>
internal sealed class RelocateVmOperation(
    OperationServices services, JobDriver jobs, HostSteps steps, KeyRegister register, HostCrypto hostCrypto, VmLookup lookup,
    VmDescriptionCache snapshots, DatastoreCheck datastores, PlacementService placement, PreflightCheck preflight,
    EventLog events)
    : VmOperation<RelocateVmRequest>(services)
{
    /// <summary>How a disk takes its space afterwards: one that is lazily zeroed is not made thin.</summary>
    public static DiskFormat? TargetOf(VmDisk disk, DiskFormat? format) =>
        format is null || (disk.Provisioning, format) == (DiskFormat.LazyZeroed, DiskFormat.Thin) ? disk.Provisioning : format;

    /// <summary>What is said of disks that do not get the format that was asked for.</summary>
    public static List<string> NotesOf(VmFiles files, DiskFormat? format) =>
    [
        .. files.Disks.Where(d => format is not null && d.Provisioning != format)
            .Select(d => $"{d.Label} stays {d.Provisioning?.Word()}: a disk whose space is taken is not made thin."),
    ];

    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.Relocate, "vm relocate", Privileges.ColdMigrate)
    {
        WhenEncrypted = Privileges.CryptoMigrate, TakesSpace = true, IsNeverGivenUp = true,
    };

    /// <inheritdoc />
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, RelocateVmRequest request, CancellationToken ct)
    {
        if (request.DiskFormat is not null && FormatOf(request) is null)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.provisioning", vmId,
                "A disk is thin, lazyZeroed or eagerZeroed.", "Correct the request."));
        }

        var (vm, files, records) = await Vms.WholeAsync(vmId, ct);
        EncryptionRules.RequireWhole(files);
        string datastore = await datastores.RequireAsync(vm, request.Datastore ?? vm.Datastore, ct);
        var changed = files.Disks.Where(d => TargetOf(d, FormatOf(request)) != d.Provisioning).ToList();
        if (datastore == vm.Datastore && changed.Count == 0)
        {
            var stays = NotesOf(files, FormatOf(request));
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.alreadyThere", vm.Name,
                $"{vm.Name} is on {datastore}, and "
                    + (stays.Count == 0
                        ? "its disks are as they are to be." : $"nothing would change: {string.Join(' ', stays)}"),
                "Name another datastore or disk format."));
        }

        if (datastore != vm.Datastore)
        {
            await placement.RequireAsync(vm.Id, datastore, ct);
        }

        // Ciphertext moves as it is: only what is written anew needs keys.
        if (changed.Count > 0)
        {
            if (records.Exists(r => r.InUse))
            {
                await hostCrypto.EnsureSafeAsync(caller, vm.HostId, ct);
            }

            await Vms.RequireKeysAsync(vm, records, "relocate");
        }

        var disks = files.Disks.Select(
            d => d with { Links = [.. d.Links.Select(l => l with { Provisioning = TargetOf(d, FormatOf(request)) })] });
        await preflight.RequireAsync(
            new PreflightRequest(vm, files, PreflightAction.Clone, null, [.. disks]) { Target = (vm.HostId, datastore) }, ct);
        return new Begun(vm, request with { Datastore = datastore });
    }

    /// <inheritdoc />
    protected override async Task RunAsync(WorkContext context, RelocateVmRequest request, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        await Resume.RequireAsync(context, () => IsDoneAfterAllAsync(context, request, ct), ct);
        var records = await lookup.RecordsAsync(vm.Id, ct);
        if (records.Exists(r => r.InUse))
        {
            await events.AddAsync(EventIds.CryptoOperation, task.UserName, vm.Name,
                $"{task.UserName}: {task.Kind} of {vm.Name} to {request.Datastore}, task {task.Id}" + (context.Resumed
                    ? "; taken up again" : ""), ct);
        }

        var start = new JobSpec
        {
            JobId = task.Id, VmId = vm.Id, Epoch = task.Epoch, Kind = HostJobKind.Relocate,
            Relocate = (request.Datastore!, FormatOf(request)), Records = KeyRegister.Recorded(records),
            Generations = await lookup.GenerationsAsync(vm.Id, ct),
        };
        var keys = request.DiskFormat is null ? [] : CryptoSteps.Needed([], records);
        if (context.Resumed && keys.Count > 0)
        {
            await RequireSafeAsync(context, request, ct);
        }

        var job = await jobs.RunAsync(context, start, keys, f => IsDone(f, request), ct);
        if (job.State != HostJobState.Succeeded)
        {
            throw new FaultException(job.Fault is { } f ? f
                : new Fault(FaultTypes.SystemError, "lorica.jobFailed", vm.Name, "The job failed without a reason.",
                    "See the host's log."));
        }

        // The VM is where it was to be: that its files cannot be looked at just now does not end the task.
        var files = job.Result is { } result && result.VmId == vm.Id && RecordCheck.UnreadableOf(result) is null ? result
            : await steps.FindSurelyAsync(context, ct) ?? throw VmLook.FilesGone(vm);
        await snapshots.SaveAsync(files, ct);
        await Tasks.SucceedAsync(task.Id, db => SettleAsync(db, context, request, files, ct), ct);
    }

    private async Task RequireSafeAsync(WorkContext context, RelocateVmRequest request, CancellationToken ct)
    {
        try
        {
            await hostCrypto.EnsureSafeIfThereAsync(context.Task, context.Vm.HostId, ct);
        }
        catch (FaultException)
        {
            if (!await IsDoneAfterAllAsync(context, request, ct))
            {
                throw;
            }
        }
    }

    /// <summary>
    /// Takes back what an earlier run asked for; true when the host had moved the VM by then. Waits for a host that is away: it
    /// may be moving the VM.
    /// </summary>
    private async Task<bool> IsDoneAfterAllAsync(WorkContext context, RelocateVmRequest request, CancellationToken ct)
    {
        await jobs.TakeBackAsync(context, ct);
        return await steps.FindSurelyAsync(context, ct) is { } files && IsDone(files, request);
    }

    private async Task SettleAsync(
        CenterDb db, WorkContext context, RelocateVmRequest request, VmFiles files, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        await db.Vms.SetDatastoreAsync(vm.Id, request.Datastore!, ct);
        await register.SettleAsync(db, files, mayWeaken: false, task.UserName, vm.Name, ct);
        await db.KeyRecords.ForgetPlacesAsync([.. files.Disks.Select(d => d.Path)], ct);
        var notes = NotesOf(files, FormatOf(request));
        if (notes.Count > 0)
        {
            await TaskStore.SetResultAsync(db, task.Id, new TaskNotesModel(notes), StoreJson.Default.TaskNotesModel, ct);
        }
    }

    private static DiskFormat? FormatOf(RelocateVmRequest request) =>
        request.DiskFormat is { } word ? HostWords.DiskFormats.Find(word) : null;

    private static bool IsDone(VmFiles files, RelocateVmRequest request) =>
        files.Path.StartsWith($"[{request.Datastore}] ", StringComparison.Ordinal)
        && files.Disks.All(d => TargetOf(d, FormatOf(request)) == d.Provisioning);

    /// <inheritdoc />
    protected override RelocateVmRequest FromFirst(FirstTaskArguments first) => new(first.Datastore, first.DiskFormat);
}
