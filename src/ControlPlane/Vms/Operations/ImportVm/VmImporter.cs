using System.IO.Pipelines;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Operations.CreateVm;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Vms.Operations.ImportVm;

/// <summary>
/// Imports a VM: the content of its disks is relayed to the host as it comes, one frame at a time, and never stored here. The
/// host's flow control holds the relay back, the relay holds the pipe back, the pipe the client.
/// </summary>
internal sealed class VmImporter(
    VmCreation creation, ImportVmWork work, HostClient hosts, TaskStore tasks, ImportsUnderWay underWay, IGrainFactory grains,
    TimeProvider time)
{
    /// <summary>The VM's grain goes on where this ends.</summary>
    private static readonly TimeSpan SettleTimeout = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Imports; returns the task's id when the host has everything, or when its grain finds out whether it has.
    /// </summary>
    public async Task<string> ImportAsync(
        Caller caller, PipeReader body, Func<ReadOnlyMemory<byte>, NewVm> parse, CancellationToken ct)
    {
        var reader = new DiskStreamReader(body);
        var vm = await reader.ReadVmAsync(parse, ct);
        await creation.AuthorizeAsync(caller, vm, ct);
        IDisposable? mark = null;
        WorkContext context;
        try
        {
            (context, vm) = await creation.BeginAsync(work.Info, caller, vm, ct, row => mark = underWay.Mark(row.Id));
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(
                ct, await tasks.CancellationOfAsync(context.Task, CancellationToken.None));
            await tasks.EnterCancellableAsync(context.Task.Id, CancellationToken.None);
            if (await RunAsync(context, vm, reader, ending.Token))
            {
                return context.Task.Id;
            }
        }
        finally
        {
            mark?.Dispose();
        }

        // Whether the host has everything is not known here: the VM's grain asks it until it knows, and ends the task.
        await grains.GetGrain<IVmGrain>(context.Vm.Id).ResumeAsync();
        return context.Task.Id;
    }

    /// <summary>Imports; false when it may have happened, but that is not known.</summary>
    private async Task<bool> RunAsync(WorkContext context, NewVm wanted, DiskStreamReader reader, CancellationToken ct)
    {
        var progress = new Progress();
        VmFiles files;
        try
        {
            files = await RelayAsync(context, wanted, reader, progress, ct);
        }
        catch (Exception e) when (!progress.EndSent || HostFailures.IsRefused(e))
        {
            Fault fault;
            try
            {
                fault = await FaultAsync(e, context);
                await creation.FailAsync(context, fault);
            }
            catch (Exception inner) when (CenterStore.IsFailure(inner))
            {
                return false;
            }

            throw new FaultException(fault, e);
        }
        catch (Exception)
        {
            return false;
        }

        try
        {
            using var patience = new CancellationTokenSource(SettleTimeout, time);
            await creation.SucceedAsync(context, files, patience.Token);
            return true;
        }
        catch (Exception)
        {
            // Refused or not known: the VM's grain looks at what the host has, and ends the task with what comes of it.
            return false;
        }
    }

    private async Task<VmFiles> RelayAsync(
        WorkContext context, NewVm wanted, DiskStreamReader reader, Progress progress, CancellationToken ct)
    {
        var spec = await creation.PrepareAsync(context, wanted, ct);
        using var import = hosts.Once(context.Vm.HostId).Vms.Import(spec, ct);
        if (!await import.BeginAsync(ct))
        {
            return await import.EndAsync(ct);
        }

        long done = 0;
        long total = wanted.Disks.Sum(d => d.Data);
        long told = time.GetTimestamp();
        while (await reader.ReadDataAsync(ct) is { } frame)
        {
            if (!await import.WriteAsync(frame.Disk, frame.Offset, frame.Data, ct))
            {
                // The host refused in the middle: its answer says why.
                return await import.EndAsync(ct);
            }

            done += frame.Data.Length;
            if (time.GetElapsedTime(told) >= ProgressInterval)
            {
                told = time.GetTimestamp();
                await tasks.ProgressAsync(context.Task.Id, "disks", done, Math.Max(total, done), ct);
            }
        }

        // From here on the host may have made it: too late to take it back.
        await tasks.EnterUncancellableAsync(context.Task.Id, ct);
        progress.EndSent = true;
        return await import.EndAsync(ct);
    }

    private sealed class Progress
    {
        /// <summary>From here on the host may have made the VM.</summary>
        public bool EndSent { get; set; }
    }

    /// <summary>What broke it off; whoever cancelled it is named.</summary>
    private async Task<Fault> FaultAsync(Exception e, WorkContext context)
    {
        var cancelled = await tasks.CancellationOfAsync(context.Task, CancellationToken.None);
        return cancelled.IsCancellationRequested
            ? await tasks.CancelledAsync(context.Task.Id, CancellationToken.None)
            : FaultOf(e, context);
    }

    private Fault FaultOf(Exception e, WorkContext context) => e switch
    {
        OperationCanceledException or IOException when !DiskFull.Is(e) => new Fault(
            FaultTypes.InvalidState, "lorica.importInterrupted", context.Vm.Name,
            $"The import of {context.Vm.Name} was broken off; nothing of it was kept.", "Import it again."),
        _ => tasks.FaultOf(e, context.Vm.Name, context.Task.Id),
    };
}
