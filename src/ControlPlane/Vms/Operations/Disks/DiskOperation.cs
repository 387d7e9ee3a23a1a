using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.Disks;

/// <summary>
/// Changes which disks a VM has.
/// <code>
/// 1 key     of a new encrypted disk: the VM's, or a new one; recorded for the disk (an attached one's was at the start)
/// 2 keys    that the host needs: the home's, and the disk's but to let it go
/// 3 host    changes the VMX and the files
/// 4 settle  records follow the files; of a disk that left they are known (detached) or history (removed); policy; end of the
///           task
///   else    the files are asked what came of it: done, it ends well; else records follow, an unused record is withdrawn, but
///           only when the files could be read and do not name the disk
/// </code>
/// </summary>
internal abstract class DiskOperation<TRequest>(OperationServices services, DiskServices disks)
    : VmOperation<TRequest>(services)
    where TRequest : DiskRequest
{
    /// <summary>What operations on disks use.</summary>
    protected DiskServices Disks => disks;

    /// <summary>The disk leaves the VM: its own key is not needed.</summary>
    protected virtual bool Leaves => false;

    /// <summary>The disk's files go too.</summary>
    protected virtual bool RemovesFiles => false;

    /// <summary>Records of the disk were made when it began, and are withdrawn when nothing came of it.</summary>
    protected virtual bool BringsRecords => false;

    /// <summary>Asks the host for it.</summary>
    protected abstract Task<VmFiles> AskAsync(
        HostDisks host, VmEdit edit, TRequest request, ExpectedKey? key, CancellationToken ct);

    /// <summary>Whether the disk (null when the VM has none of that id) is as it is to be.</summary>
    protected abstract bool IsDone(VmDisk? disk, TRequest request);

    /// <summary>The key of a new disk; null when it gets none.</summary>
    protected virtual Task<ExpectedKey?> KeyAsync(WorkContext context, TRequest request, CancellationToken ct) =>
        Task.FromResult<ExpectedKey?>(null);

    /// <summary>Records that the host is told of beside the VM's.</summary>
    protected virtual IReadOnlyList<RecordPlan> RecordsOf(TRequest request) => [];

    /// <inheritdoc />
    protected sealed override async Task RunAsync(WorkContext context, TRequest request, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        VmFiles files;
        try
        {
            await Resume.RequireAsync(context, () => IsDoneAsync(context, request, ct), ct);

            // Step 1
            var key = await KeyAsync(context, request, ct);

            // Step 2
            var records = await disks.Lookup.RecordsAsync(vm.Id, ct);
            var needed = records.Where(
                r => r.InUse ? r.ObjectId == vm.Id || (r.ObjectId == request.ObjectId && !Leaves) : r.TaskId == task.Id)
                .Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).Distinct().ToList();
            if (needed.Count > 0)
            {
                await Tasks.ProgressAsync(task.Id, "keys", 0, 0, ct);
                await disks.HostCrypto.EnsureSafeIfThereAsync(task, vm.HostId, ct);
                (await disks.Grains.GetGrain<IHostGrain>(vm.HostId).DeliverInTimeAsync(needed, "disk")).ThrowIfMissing(vm.Name);
            }

            await AuditAsync(context, request, key, records, ct);

            // Step 3
            var edit = new VmEdit(
                vm.Id, task.Epoch, [.. KeyRegister.Recorded(records), .. RecordPlans.Recorded(RecordsOf(request))]);
            var host = await disks.Hosts.BeginAsync(context, vm.HostId, request.Label, ct);
            files = await AskAsync(host.Disks, edit, request, key, ct);
        }
        catch (FaultException e) when (!ct.IsCancellationRequested)
        {
            await FailAsync(context, request, e.Fault, ct);
            return;
        }

        await SucceedAsync(context, request, files, ct);
    }

    // Step 4
    private async Task SucceedAsync(WorkContext context, TRequest request, VmFiles files, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        await disks.Snapshots.SaveAsync(files, ct);
        List<ExpectedKey> unused = [];
        await Tasks.SucceedAsync(
            task.Id,
            async db =>
            {
                unused = await FollowAsync(db, context, request, files, removed: true, ct);
                await db.KeyRecords.ForgetPlacesAsync([.. files.Disks.Select(d => d.Path)], ct);
                await PolicySteps.AssociateAsync(db, context, ct);
                disks.Events.Add(db, EventIds.VmDisksChanged, task.UserName, vm.Name,
                    $"{task.UserName}: {task.Kind} of {vm.Name}, disk {request.Label} ({request.ObjectId}).");
            },
            ct);
        await ReleaseAsync(vm, unused);
    }

    /// <summary>Whether the VMX says already what it is to say.</summary>
    private async Task<bool> IsDoneAsync(WorkContext context, TRequest request, CancellationToken ct) =>
        await disks.Hosts.FindAsync(context, context.Vm.HostId, ct) is { } files && IsDone(files, request);

    private bool IsDone(VmFiles files, TRequest request)
    {
        var disk = files.Disks.FirstOrDefault(d => d.ObjectId == request.ObjectId);
        return files.Suspect is null && disk?.Suspect is null && IsDone(disk, request);
    }

    /// <summary>
    /// Records follow the files; those of a disk that the VMX no longer names leave. A VMX that cannot be read names no disk, and
    /// says nothing by that. Unless its files were <paramref name="removed"/>, the disk may come back.
    /// </summary>
    private async Task<List<ExpectedKey>> FollowAsync(
        CenterDb db, WorkContext context, TRequest request, VmFiles files, bool removed, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        List<ExpectedKey> unused = [];
        if (Leaves && files.Suspect is null && files.Disks.All(d => d.ObjectId != request.ObjectId))
        {
            unused = await KnownKeys.LeaveAsync(db, vm.Id, r => r.ObjectId == request.ObjectId, _ => request.Path, ct);
            await db.SaveAsync(ct);
            if (RemovesFiles && removed)
            {
                await db.KeyRecords.RetireKnownAsync([request.ObjectId], ct);
            }

            await db.PolicyAssociations.RemoveAsync([request.ObjectId], ct);
        }

        unused.AddRange(await disks.Register.SettleAsync(db, files, mayWeaken: false, task.UserName, vm.Name, ct));
        return unused;
    }

    private async Task FailAsync(WorkContext context, TRequest request, Fault fault, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        VmFiles? files = null;
        try
        {
            files = await (await disks.Hosts.BeginAsync(context, vm.HostId, "look", ct)).Vms.DescribeAsync(vm.Id, ct);
            await disks.Snapshots.SaveAsync(files, ct);
        }
        catch (FaultException e) when (HostFailures.IsOfHost(e) && !ct.IsCancellationRequested)
        {
            // The next look at the VM settles what was left.
        }

        // What an earlier run had done is done, whoever may what by now. Only the host can say that files are removed: the VMX
        // has let go of them before that.
        if (context.Resumed && files is not null && IsDone(files, request) && !RemovesFiles)
        {
            await SucceedAsync(context, request, files, ct);
            return;
        }

        List<ExpectedKey> unused = [];
        await Tasks.FailAsync(
            task.Id, fault,
            async db =>
            {
                if (files is { Suspect: null } && files.Disks.All(d => d.ObjectId != request.ObjectId))
                {
                    unused = BringsRecords ? await KeyClaims.WithdrawAsync(db, task.Id, ct) : [];
                    await db.SaveAsync(ct);
                    await disks.Register.AbandonAsync(db, task.Id, task.UserName, vm.Name, ct);
                    await db.SaveAsync(ct);
                }

                if (files is not null)
                {
                    unused.AddRange(await FollowAsync(db, context, request, files, removed: false, ct));
                }
            },
            ct);
        await ReleaseAsync(vm, unused);
        await Vms.NudgeAsync(vm.Id);
    }

    private async Task ReleaseAsync(VmRow vm, List<ExpectedKey> unused)
    {
        if (unused.Count > 0)
        {
            await disks.Grains.GetGrain<IHostGrain>(vm.HostId).ReleaseAsync([.. unused.Distinct()]);
        }
    }

    private Task AuditAsync(
        WorkContext context, TRequest request, ExpectedKey? key, List<KeyRecordRow> records, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        var used = key ?? records.Where(r => r.ObjectId == request.ObjectId)
            .Select(r => (ExpectedKey?)new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).FirstOrDefault();
        return used is null && records.Count == 0
            ? Task.CompletedTask
            : disks.Events.AddAsync(EventIds.CryptoOperation, task.UserName, vm.Name,
                $"{task.UserName}: {task.Kind} of {vm.Name}, disk {request.Label} ({request.ObjectId}), key "
                    + $"{used?.ToString() ?? "none"}, task {task.Id}"
                + (context.Resumed ? "; taken up again" : ""), ct);
    }
}
