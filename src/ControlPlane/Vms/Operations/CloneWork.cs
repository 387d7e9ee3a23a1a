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
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// A full clone, on the host of its source.
/// <code>
/// 1 keys    of the new VM's objects: made, or recorded for it too
/// 2 audit
/// 3 job     keys to the host, job to its end; the host leaves the whole VM or nothing
/// 4 settle  the new VM's records and policies, its row, end of the task: one transaction
///           or: the host has nothing of it, its row goes, its keys are retired
/// </code>
/// Each step may be the last of a run that dies; the next run begins at 1 and finds what is there. A clone that stands is settled
/// whoever may what by now; a database that fails ends nothing.
/// </summary>
internal sealed partial class CloneWork(
    CryptoWork crypto, HostCrypto hostCrypto, VmCreation creation, JobDriver jobs, VmLookup lookup, VmDescriptionCache snapshots,
    TaskStore tasks, EventLog events, ResumeCheck resume, TimeProvider time, ILogger<CloneWork> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Runs.</summary>
    public async Task RunAsync(WorkContext context, CancellationToken ct)
    {
        var target = context with { Vm = await lookup.FindAsync(context.Arguments.CloneId!, ct) };
        try
        {
            // What an earlier run made is taken as it is.
            var files = context.Resumed ? await FindAsync(target, ct) : null;
            if (files is null)
            {
                await resume.RequireAsync(context, halfDone: null, ct);
                if (context is { Resumed: true, Arguments.Objects.Count: > 0 })
                {
                    await hostCrypto.EnsureSafeIfThereAsync(context.Task, context.Vm.HostId, ct);
                }

                files = await CloneAsync(context, target.Vm, ct);
            }

            await creation.SucceedAsync(target, files, ct);
        }
        catch (Exception e) when (!CenterStore.IsFailure(e) && !ct.IsCancellationRequested)
        {
            var fault = e switch
            {
                FaultException f => f.Fault,
                RpcException r => FaultCodec.FromRpc(r, "the host"),
                OperationCanceledException => await tasks.CancelledAsync(context.Task.Id, ct),
                _ => Unforeseen(context, e),
            };
            await TakeBackAsync(context, ct);
            await creation.RemoveSurelyAsync(target, ct);
            await creation.FailAsync(target, fault);
        }
    }

    private async Task<VmDescription?> FindAsync(WorkContext target, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await creation.FindOnHostAsync(target, ct);
            }
            catch (RpcException e) when (HostCalls.IsTransport(e) && !ct.IsCancellationRequested)
            {
                await tasks.ProgressAsync(target.Task.Id, "waiting for the host", 0, 0, ct);
            }

            await Task.Delay(Pause, time, ct);
        }
    }

    /// <summary>The host may have been asked for the job: it must not make a VM after its name is free again.</summary>
    private async Task TakeBackAsync(WorkContext context, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await jobs.TakeBackAsync(context, ct);
                return;
            }
            catch (RpcException) when (!ct.IsCancellationRequested)
            {
                await tasks.ProgressAsync(context.Task.Id, "waiting for the host", 0, 0, ct);
            }

            await Task.Delay(Pause, time, ct);
        }
    }

    private Fault Unforeseen(WorkContext context, Exception e)
    {
        LogBroke(log, e, context.Task.Id, context.Vm.Name);
        return tasks.FaultOf(e, context.Vm.Name, context.Task.Id);
    }

    private async Task<VmDescription> CloneAsync(WorkContext context, VmRow target, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);

        // Step 1
        await tasks.ProgressAsync(task.Id, "key", 0, 0, ct);
        var keys = await crypto.KeysAsync(context, target, ct);

        // Step 2
        var records = await lookup.RecordsAsync(vm.Id, ct);
        await events.AddAsync(EventIds.CryptoOperation, task.UserName, vm.Name,
            $"{task.UserName}: {task.Kind} of {vm.Name} to {target.Name} ({target.Id}), task {task.Id}; keys: "
            + (keys.Count > 0 ? string.Join(", ", keys.Values.Distinct()) : "none") + (context.Resumed ? "; taken up again" : ""),
            ct);

        // Step 3
        var source = await DescribeAsync(context, ct);
        var start = new StartJobRequest
        {
            JobId = task.Id, VmId = vm.Id, Epoch = task.Epoch, Kind = JobDriver.CloneJob,
            NewVm = Request(context, target, source, keys),
        };
        start.Records.AddRange(KeyRegister.ToWire(records));
        var job = await jobs.RunAsync(context, start, CryptoWork.Needed(keys, records), _ => false, ct);
        return job is { State: "succeeded", Result: { } files } && files.VmId == target.Id ? files
            : throw new FaultException(job.Fault is { } f ? FaultCodec.FromMessage(f)
                : new Fault(FaultTypes.SystemError, "lorica.jobFailed", vm.Name, "The job failed without a reason.",
                    "See the host's log."));
    }

    /// <summary>The source; a task that was taken up again waits for a host that is not up yet.</summary>
    private Task<VmDescription> DescribeAsync(WorkContext context, CancellationToken ct) =>
        jobs.PatientlyAsync(context, () => snapshots.DescribeAsync(context.Vm.HostId, context.Vm.Id, ct), ct);

    private static CreateVmRequest Request(
        WorkContext context, VmRow target, VmDescription source, Dictionary<string, ExpectedKey> keys)
    {
        var request = new CreateVmRequest
        {
            VmId = target.Id, Epoch = 1, Name = target.Name, Datastore = target.Datastore, Cpus = source.Cpus,
            MemoryMib = source.MemoryMib, Firmware = source.Firmware,
        };
        if (keys.TryGetValue(target.Id, out var home))
        {
            request.HomeKey = home.ToRef();
            request.HomeKcv = home.Kcv;
        }

        foreach (var disk in source.Disks)
        {
            var copy = new DiskSpec
            {
                Label = disk.Label, Capacity = disk.Capacity, Provisioning = disk.Provisioning,
                ObjectId = context.Arguments.Copies.GetValueOrDefault(disk.ObjectId, ""),
            };
            if (keys.TryGetValue(copy.ObjectId, out var key))
            {
                copy.Key = key.ToRef();
                copy.Kcv = key.Kcv;
            }

            request.Disks.Add(copy);
        }

        return request;
    }

    [LoggerMessage(2210, LogLevel.Error, "Task {TaskId}, clone of {Vm}, broke")]
    private static partial void LogBroke(ILogger log, Exception e, string taskId, string vm);
}
