using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.CreateVm;

/// <summary>Creates a VM with empty disks.</summary>
internal sealed class CreateVmWork(
    VmCreation creation, HostClient hosts, HostSteps steps, TaskStore tasks, ResumeCheck resume, TimeProvider time)
    : RequestedWork<NewVm>
{
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
                // Whether the host is being asked for the VM, and was before: that one may be at work. A host that is not heard
                // when it is to come into encryption mode ends the task.
                var (asking, before) = (false, asked);
                try
                {
                    // What an earlier attempt made is taken as it is.
                    var files = asked ? await steps.FindSurelyAsync(context, ct) : null;
                    if (files is null)
                    {
                        await resume.RequireAsync(context, halfDone: null, ct);
                        var ask = await creation.PrepareAsync(context, request, ct);
                        await tasks.ProgressAsync(context.Task.Id, "disks", 0, 0, ct);
                        (asked, asking) = (true, true);
                        files = await hosts.Once(context.Vm.HostId).Vms.CreateAsync(ask, ct);
                        asking = false;
                    }

                    await creation.SucceedAsync(context, files, ct);
                    return;
                }
                catch (Exception e) when (!ct.IsCancellationRequested
                    && ((asking && (HostFailures.IsUnanswered(e) || (before && IsAtWork(e))))
                        || (asked && e is not FaultException && HostFailures.IsPassing(e))))
                {
                    // Once the host was asked, a database that is busy is no reason to leave a VM behind that nobody knows.
                    await tasks.ProgressAsync(context.Task.Id, "waiting for the host", 0, 0, ct);
                    await Task.Delay(Pause, time, ct);
                }
            }
        }
        catch (FaultException e) when (!ct.IsCancellationRequested)
        {
            await creation.UndoAsync(context, asked, e.Fault, ct);
        }
    }

    /// <summary>
    /// The host lists no VM that it is still making, and refuses to make it twice: the attempt whose answer did not come is at
    /// work.
    /// </summary>
    private static bool IsAtWork(Exception e) => HostFailures.IsBusy(e)
        || (HostFailures.IsRefused(e) && e is FaultException { Fault.Key: "lorica.vmExists" });

    /// <inheritdoc />
    protected override NewVm FromFirst(FirstTaskArguments first) => first.Create! with { DiskObjects = first.CreateObjects };
}
