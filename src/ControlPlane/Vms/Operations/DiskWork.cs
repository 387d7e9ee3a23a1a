using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Vms.Operations;

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
internal sealed class DiskWork(
    HostLinks links, VmLookup lookup, VmDescriptionCache snapshots, KeyRegister register, LifeCalls calls,
    TaskStore tasks, EventLog events, IGrainFactory grains, HostCrypto hostCrypto, ResumeCheck resume)
{
    /// <summary>An eagerly zeroed disk is written in full.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromHours(6);
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Runs.</summary>
    public async Task RunAsync(WorkContext context, CancellationToken ct)
    {
        var (task, vm, life) = (context.Task, context.Vm, context.Arguments.Life!);
        VmDescription files;
        try
        {
            await resume.RequireAsync(context, () => IsDoneAsync(context, ct), ct);

            // Step 1
            var key = await KeyAsync(context, ct);

            // Step 2
            var records = await lookup.RecordsAsync(vm.Id, ct);
            bool leaves = task.Kind is TaskKinds.DetachDisk or TaskKinds.RemoveDisk;
            var needed = records.Where(
                r => r.InUse ? r.ObjectId == vm.Id || (r.ObjectId == life.ObjectId && !leaves) : r.TaskId == task.Id)
                .Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).Distinct().ToList();
            if (needed.Count > 0)
            {
                await tasks.ProgressAsync(task.Id, "keys", 0, 0, ct);
                await hostCrypto.EnsureSafeIfThereAsync(task, vm.HostId, ct);
                (await grains.GetGrain<IHostGrain>(vm.HostId).DeliverInTimeAsync(needed, "disk")).ThrowIfMissing(vm.Name);
            }

            await AuditAsync(context, key, records, ct);

            // Step 3
            var request = Request(context, key);
            request.Records.AddRange(KeyRegister.ToWire(records));
            request.Records.AddRange(RegisterWork.ToWire(life.Records));
            files = await calls.AskAsync(
                context, life.Label, Timeout, o => links.Client(vm.HostId).ChangeDiskAsync(request, o), ct);
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            await FailAsync(context, FaultCodec.FromRpc(e, "the host"), ct);
            return;
        }
        catch (FaultException e)
        {
            await FailAsync(context, e.Fault, ct);
            return;
        }

        await SucceedAsync(context, files, ct);
    }

    // Step 4
    private async Task SucceedAsync(WorkContext context, VmDescription files, CancellationToken ct)
    {
        var (task, vm, life) = (context.Task, context.Vm, context.Arguments.Life!);
        await snapshots.SaveAsync(files, ct);
        List<ExpectedKey> unused = [];
        await tasks.SucceedAsync(
            task.Id,
            async db =>
            {
                unused = await FollowAsync(db, context, files, removed: true, ct);
                await KeyRegister.TakenAsync(db, files, ct);
                await PolicyWork.AssociateAsync(db, context, ct);
                events.Add(db, EventIds.VmDisksChanged, task.UserName, vm.Name,
                    $"{task.UserName}: {task.Kind} of {vm.Name}, disk {life.Label} ({life.ObjectId}).");
            },
            ct);
        await ReleaseAsync(vm, unused);
    }

    /// <summary>Whether the VMX says already what it is to say.</summary>
    private async Task<bool> IsDoneAsync(WorkContext context, CancellationToken ct) =>
        await calls.FindAsync(context, context.Vm.HostId, ct) is { } files && IsDone(context, files);

    private static bool IsDone(WorkContext context, VmDescription files)
    {
        var life = context.Arguments.Life!;
        var disk = files.Disks.FirstOrDefault(d => d.ObjectId == life.ObjectId);
        return files.Suspect is null && disk?.Suspect is null && context.Task.Kind switch
        {
            TaskKinds.ResizeDisk => disk?.Capacity == life.Capacity,
            TaskKinds.DetachDisk or TaskKinds.RemoveDisk => disk is null,
            TaskKinds.AddDisk or TaskKinds.AttachDisk => disk is not null && disk.Encrypted == life.Encrypted,
            _ => throw NoDiskTask(context),
        };
    }

    private async Task<ExpectedKey?> KeyAsync(WorkContext context, CancellationToken ct)
    {
        var (task, vm, life) = (context.Task, context.Vm, context.Arguments.Life!);
        if (task.Kind != TaskKinds.AddDisk || !life.Encrypted)
        {
            return null;
        }

        await tasks.ProgressAsync(task.Id, "key", 0, 0, ct);
        RecordedObject[] disk = [new RecordedObject(life.ObjectId, IsHome: false)];
        if (life.KeyId.Length == 0)
        {
            return await register.MakeAsync(task, vm, life.Provider, disk, ct);
        }

        var key = new ExpectedKey(life.Provider, life.KeyId, life.Kcv);
        await register.AdoptAsync(task, vm, key, disk, ct);
        return key;
    }

    private static ChangeDiskRequest Request(WorkContext context, ExpectedKey? key)
    {
        var life = context.Arguments.Life!;
        var request = new ChangeDiskRequest { VmId = context.Vm.Id, Epoch = context.Task.Epoch };
        switch (context.Task.Kind)
        {
            case TaskKinds.AddDisk:
                request.Add = new DiskSpec
                {
                    Label = life.Label, Capacity = life.Capacity, Provisioning = life.Provisioning, ObjectId = life.ObjectId,
                };
                if (key is { } k)
                {
                    request.Add.Key = k.ToRef();
                    request.Add.Kcv = k.Kcv;
                }

                break;
            case TaskKinds.AttachDisk:
                request.Attach = new AttachDisk
                {
                    Label = life.Label, Path = life.Path, ObjectId = life.ObjectId, Encrypted = life.Encrypted,
                };
                break;
            case TaskKinds.ResizeDisk:
                request.Resize = new ResizeDisk { Label = life.Label, Capacity = life.Capacity };
                break;
            case TaskKinds.DetachDisk or TaskKinds.RemoveDisk:
                request.Detach = new DetachDisk
                {
                    Label = life.Label, ObjectId = life.ObjectId, Path = life.Path,
                    Remove = context.Task.Kind == TaskKinds.RemoveDisk,
                };
                break;
            default:
                throw NoDiskTask(context);
        }

        return request;
    }

    private static ArgumentException NoDiskTask(WorkContext context) =>
        new($"A task of kind {context.Task.Kind} changes no disk.", nameof(context));

    /// <summary>
    /// Records follow the files; those of a disk that the VMX no longer names leave. A VMX that cannot be read names no disk, and
    /// says nothing by that. Unless its files were <paramref name="removed"/>, the disk may come back.
    /// </summary>
    private async Task<List<ExpectedKey>> FollowAsync(
        CenterDb db, WorkContext context, VmDescription files, bool removed, CancellationToken ct)
    {
        var (task, vm, life) = (context.Task, context.Vm, context.Arguments.Life!);
        List<ExpectedKey> unused = [];
        if (task.Kind is TaskKinds.DetachDisk or TaskKinds.RemoveDisk && files.Suspect is null
            && files.Disks.All(d => d.ObjectId != life.ObjectId))
        {
            unused = await register.LeaveAsync(db, vm.Id, r => r.ObjectId == life.ObjectId, _ => life.Path, ct);
            await db.SaveChangesAsync(ct);
            if (task.Kind == TaskKinds.RemoveDisk && removed)
            {
                await KeyRegister.ForgetKnownAsync(db, [life.ObjectId], ct);
            }

            await db.PolicyAssociations.Where(p => p.ObjectId == life.ObjectId).ExecuteDeleteAsync(ct);
        }

        unused.AddRange(await register.SettleAsync(db, files, mayWeaken: false, task.UserName, vm.Name, ct));
        return unused;
    }

    private async Task FailAsync(WorkContext context, Fault fault, CancellationToken ct)
    {
        var (task, vm, life) = (context.Task, context.Vm, context.Arguments.Life!);
        VmDescription? files = null;
        try
        {
            files = await calls.AskAsync(
                context, "look", LookTimeout, o =>
                    links.Client(vm.HostId).DescribeVmAsync(new VmRequest { VmId = vm.Id }, o), ct);
            await snapshots.SaveAsync(files, ct);
        }
        catch (RpcException) when (!ct.IsCancellationRequested)
        {
            // The next look at the VM settles what was left.
        }

        // What an earlier run had done is done, whoever may what by now. Only the host can say that files are removed: the VMX
        // has let go of them before that.
        if (context.Resumed && files is not null && IsDone(context, files) && task.Kind != TaskKinds.RemoveDisk)
        {
            await SucceedAsync(context, files, ct);
            return;
        }

        List<ExpectedKey> unused = [];
        await tasks.FailAsync(
            task.Id, fault,
            async db =>
            {
                if (files is { Suspect: null } && files.Disks.All(d => d.ObjectId != life.ObjectId))
                {
                    unused = task.Kind == TaskKinds.AttachDisk ? await KeyRegister.WithdrawAsync(db, task.Id, ct) : [];
                    await db.SaveChangesAsync(ct);
                    await register.AbandonAsync(db, task.Id, task.UserName, vm.Name, ct);
                    await db.SaveChangesAsync(ct);
                }

                if (files is not null)
                {
                    unused.AddRange(await FollowAsync(db, context, files, removed: false, ct));
                }
            },
            ct);
        await ReleaseAsync(vm, unused);
    }

    private async Task ReleaseAsync(VmRow vm, List<ExpectedKey> unused)
    {
        if (unused.Count > 0)
        {
            await grains.GetGrain<IHostGrain>(vm.HostId).ReleaseAsync([.. unused.Distinct()]);
        }
    }

    private Task AuditAsync(WorkContext context, ExpectedKey? key, List<KeyRecordRow> records, CancellationToken ct)
    {
        var (task, vm, life) = (context.Task, context.Vm, context.Arguments.Life!);
        var used = key ?? records.Where(r => r.ObjectId == life.ObjectId)
            .Select(r => (ExpectedKey?)new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).FirstOrDefault();
        return used is null && records.Count == 0
            ? Task.CompletedTask
            : events.AddAsync(EventIds.CryptoOperation, task.UserName, vm.Name,
                $"{task.UserName}: {task.Kind} of {vm.Name}, disk {life.Label} ({life.ObjectId}), key "
                    + $"{used?.ToString() ?? "none"}, task {task.Id}"
                + (context.Resumed ? "; taken up again" : ""), ct);
    }
}
