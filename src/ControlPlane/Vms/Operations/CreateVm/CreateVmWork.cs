using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Tasks;

namespace Lorica.ControlPlane.Vms.Operations.CreateVm;

/// <summary>Creates a VM with empty disks.</summary>
internal sealed class CreateVmWork(
    VmCreation creation, HostLinks links, TaskStore tasks, ResumeCheck resume, TimeProvider time) : RequestedWork<NewVm>
{
    /// <summary>Eagerly zeroed disks are written in full.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromHours(6);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.Create, "vm create", Privileges.CreateVm)
    {
        IsNew = true, TakesSpace = true, IsNeverGivenUp = true,
    };

    /// <inheritdoc />
    protected override async Task RunAsync(WorkContext context, NewVm request, CancellationToken ct)
    {
        // A VM that stands on its host is settled; what was asked for and refused is removed there before its keys are given up.
        bool asked = context.Resumed;
        try
        {
            while (true)
            {
                try
                {
                    // What an earlier attempt made is taken as it is.
                    var files = asked ? await creation.FindOnHostAsync(context, ct) : null;
                    if (files is null)
                    {
                        await resume.RequireAsync(context, halfDone: null, ct);
                        var ask = await creation.PrepareAsync(context, request, ct);
                        await tasks.ProgressAsync(context.Task.Id, "disks", 0, 0, ct);
                        asked = true;
                        files = (await links.Client(context.Vm.HostId).CreateVmAsync(
                            ask, deadline: time.GetUtcNow().UtcDateTime + Timeout, cancellationToken: ct)).ToModel();
                    }

                    await creation.SucceedAsync(context, files, ct);
                    return;
                }
                catch (Exception e) when (!ct.IsCancellationRequested
                    && (e is RpcException r ? HostCalls.IsTransport(r)
                        : asked && e is not FaultException && HostCalls.IsPassing(e)))
                {
                    // Once the host was asked, a database that is busy is no reason to leave a VM behind that nobody knows.
                    await tasks.ProgressAsync(context.Task.Id, "waiting for the host", 0, 0, ct);
                    await Task.Delay(Pause, time, ct);
                }
            }
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            await creation.UndoAsync(context, asked, FaultCodec.FromRpc(e, "the host"), ct);
        }
        catch (FaultException e) when (!ct.IsCancellationRequested)
        {
            await creation.UndoAsync(context, asked, e.Fault, ct);
        }
    }

    /// <inheritdoc />
    protected override NewVm FromFirst(FirstTaskArguments first) => first.Create! with { DiskObjects = first.CreateObjects };
}
