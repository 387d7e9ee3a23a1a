using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Inventory;

/// <summary>
/// Imports a VM: the content of its disks is relayed to the host as it comes, one frame at a time, and never stored here. The
/// host's flow control holds the relay back, the relay holds the pipe back, the pipe the client.
/// </summary>
internal sealed class VmImporter(
    VmCreation creation, HostLinks links, TaskBoard tasks, ImportsUnderWay underWay, TimeProvider time)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(300);

    /// <summary>Imports; returns the task's id when the host has everything.</summary>
    public async Task<string> ImportAsync(
        Caller caller, PipeReader body, Func<ReadOnlyMemory<byte>, CreateVmBody> parse, Func<CreateVmBody, Task> authorize,
        CancellationToken ct)
    {
        var reader = new DiskStreamReader(body);
        var vm = await reader.ReadVmAsync(parse, ct);
        await authorize(vm);
        var context = await creation.BeginAsync(TaskKinds.Import, caller, vm, ct);
        using var mark = underWay.Mark(context.Task.Id);
        VmDescription files;
        try
        {
            files = await RelayAsync(context, reader, ct);
        }
        catch (Exception e)
        {
            await creation.FailAsync(context, FaultOf(e, context));
            throw e is RpcException r ? new FaultException(FaultCodec.FromRpc(r, "the host"), r) : e is FaultException ? e
                : new FaultException(FaultOf(e, context), e);
        }

        try
        {
            await creation.SucceedAsync(context, files, CancellationToken.None);
        }
        catch (FaultException e)
        {
            await creation.FailAsync(context, e.Fault);
            throw;
        }

        return context.Task.Id;
    }

    private async Task<VmDescription> RelayAsync(WorkContext context, DiskStreamReader reader, CancellationToken ct)
    {
        var request = await creation.PrepareAsync(context, ct);
        using var call = links.Client(context.Vm.HostId).ImportVm(cancellationToken: ct);
        try
        {
            await call.RequestStream.WriteAsync(new ImportVmRequest { Vm = request }, ct);
            long done = 0;
            var total = context.Arguments.Create!.Disks.Sum(d => d.Data);
            var told = time.GetTimestamp();
            while (await reader.ReadDataAsync(ct) is { } frame)
            {
                // The frame is serialised before the call returns, so its buffer can be used again.
                await call.RequestStream.WriteAsync(
                    new ImportVmRequest
                    {
                        Data = new DiskData { Disk = frame.Disk, Offset = frame.Offset, Data = UnsafeByteOperations.UnsafeWrap(frame.Data) },
                    },
                    ct);
                done += frame.Data.Length;
                if (time.GetElapsedTime(told) >= ProgressInterval)
                {
                    told = time.GetTimestamp();
                    await tasks.ProgressAsync(context.Task.Id, "disks", done, Math.Max(total, done), ct);
                }
            }

            await call.RequestStream.WriteAsync(new ImportVmRequest { End = new ImportEnd() }, ct);
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The host refused in the middle: its answer says why.
            return await call.ResponseAsync;
        }

        return await call.ResponseAsync;
    }

    private static Fault FaultOf(Exception e, WorkContext context) => e switch
    {
        FaultException f => f.Fault,
        RpcException r => FaultCodec.FromRpc(r, "the host"),
        OperationCanceledException or IOException => new Fault(FaultTypes.InvalidState, "lorica.importInterrupted", context.Vm.Name,
            $"The import of {context.Vm.Name} was broken off; nothing of it was kept.", "Import it again."),
        _ => new Fault(FaultTypes.SystemError, "lorica.systemError", context.Vm.Name, "Something failed that should not.",
            $"The center's log has more under task {context.Task.Id}."),
    };
}
