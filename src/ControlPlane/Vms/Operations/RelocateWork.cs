using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// A relocation: the host moves the files or leaves them where they are; then the row of the VM follows, with its records (a disk
/// that was written anew has a higher generation) and the end of the task in one transaction.
/// </summary>
internal sealed class RelocateWork(
    JobDriver jobs, KeyRegister register, HostCrypto hostCrypto, VmLookup lookup, VmDescriptionCache snapshots,
    TaskStore tasks, EventLog events, ResumeCheck resume)
{
    /// <summary>How a disk takes its space afterwards: one that is lazily zeroed is not made thin.</summary>
    public static string TargetOf(DiskDescription disk, string? format) =>
        format is null || (disk.Provisioning, format) == ("lazyZeroed", "thin") ? disk.Provisioning : format;

    /// <summary>What is said of disks that do not get the format that was asked for.</summary>
    public static List<string> NotesOf(VmDescription files, string? format) =>
    [
        .. files.Disks.Where(d => format is not null && d.Provisioning != format)
            .Select(d => $"{d.Label} stays {d.Provisioning}: a disk whose space is taken is not made thin."),
    ];

    /// <summary>Runs.</summary>
    public async Task RunAsync(WorkContext context, CancellationToken ct)
    {
        var (task, vm, arguments) = (context.Task, context.Vm, context.Arguments);
        await resume.RequireAsync(context, () => IsDoneAfterAllAsync(context, ct), ct);
        var records = await lookup.RecordsAsync(vm.Id, ct);
        if (records.Exists(r => r.InUse))
        {
            await events.AddAsync(EventIds.CryptoOperation, task.UserName, vm.Name,
                $"{task.UserName}: {task.Kind} of {vm.Name} to {arguments.Datastore}, task {task.Id}" + (context.Resumed
                    ? "; taken up again" : ""), ct);
        }

        var start = new StartJobRequest
        {
            JobId = task.Id, VmId = vm.Id, Epoch = task.Epoch, Kind = JobDriver.RelocateJob,
            Relocate = new RelocateOrder { Datastore = arguments.Datastore, Provisioning = arguments.DiskFormat ?? "" },
        };
        start.Records.AddRange(KeyRegister.ToWire(records));
        start.Generations.AddRange((await lookup.GenerationsAsync(vm.Id, ct)).Select(g => new KnownGeneration
        {
            ObjectId = g.Key, Generation = g.Value,
        }));
        var keys = arguments.DiskFormat is null ? [] : CryptoWork.Needed([], records);
        if (context.Resumed && keys.Count > 0)
        {
            await RequireSafeAsync(context, ct);
        }

        var job = await jobs.RunAsync(context, start, keys, f => IsDone(f, arguments), ct);
        var files = job.Result is { } result && result.VmId == vm.Id ? result
            : await snapshots.DescribeAsync(vm.HostId, vm.Id, ct);
        if (job.State != "succeeded")
        {
            throw new FaultException(job.Fault is { } f ? FaultCodec.FromMessage(f)
                : new Fault(FaultTypes.SystemError, "lorica.jobFailed", vm.Name, "The job failed without a reason.",
                    "See the host's log."));
        }

        await snapshots.SaveAsync(files, ct);
        await tasks.SucceedAsync(task.Id, db => SettleAsync(db, context, files, ct), ct);
    }

    private async Task RequireSafeAsync(WorkContext context, CancellationToken ct)
    {
        try
        {
            await hostCrypto.EnsureSafeIfThereAsync(context.Task, context.Vm.HostId, ct);
        }
        catch (FaultException)
        {
            if (!await IsDoneAfterAllAsync(context, ct))
            {
                throw;
            }
        }
    }

    /// <summary>Takes back what an earlier run asked for; true when the host had moved the VM by then.</summary>
    private async Task<bool> IsDoneAfterAllAsync(WorkContext context, CancellationToken ct)
    {
        await jobs.TakeBackAsync(context, ct);
        return IsDone(await jobs.PatientlyAsync(context, () => snapshots.DescribeAsync(context.Vm.HostId, context.Vm.Id, ct), ct),
            context.Arguments);
    }

    private async Task SettleAsync(CenterDb db, WorkContext context, VmDescription files, CancellationToken ct)
    {
        var (task, vm, arguments) = (context.Task, context.Vm, context.Arguments);
        await db.Vms.Where(v => v.Id == vm.Id).ExecuteUpdateAsync(s => s.SetProperty(v => v.Datastore, arguments.Datastore), ct);
        await register.SettleAsync(db, files, mayWeaken: false, task.UserName, vm.Name, ct);
        await KeyRegister.TakenAsync(db, files, ct);
        var notes = NotesOf(files, arguments.DiskFormat);
        if (notes.Count > 0)
        {
            await TaskStore.SetResultAsync(db, task.Id, new TaskNotesModel(notes), StoreJson.Default.TaskNotesModel, ct);
        }
    }

    private static bool IsDone(VmDescription files, VmTaskArguments arguments) =>
        files.Path.StartsWith($"[{arguments.Datastore}] ", StringComparison.Ordinal)
        && files.Disks.All(d => TargetOf(d, arguments.DiskFormat) == d.Provisioning);
}
