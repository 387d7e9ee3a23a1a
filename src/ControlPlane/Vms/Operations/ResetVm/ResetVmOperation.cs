using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.ResetVm;

/// <summary>
/// Presses the reset button of a running guest. It needs no key and changes no file.
/// <code>
/// 1 noted    the task runs from here on
/// 2 pressed  by the host
/// </code>
/// A guest that was reset looks like one that was not, so a run that dies between 1 and the end is not gone over again: the task
/// fails and says so, and whoever asked decides.
/// </summary>
internal sealed class ResetVmOperation(OperationServices services, HostClient hosts, TimeProvider time)
    : VmOperation<ResetVmRequest>(services)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.Reset, "vm reset", Privileges.Reset);

    /// <inheritdoc />
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, ResetVmRequest request, CancellationToken ct)
    {
        var vm = await Vms.FreeAsync(vmId, ct);
        return await Vms.DescribeAsync(vm, ct) is { PowerState: PowerState.On } ? new Begun(vm, request)
            : throw PowerSteps.Refused(vm, $"{vm.Name} is powered off.");
    }

    /// <inheritdoc />
    protected override async Task RunAsync(WorkContext context, ResetVmRequest request, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        if (context.Resumed && task.State != TaskStates.Queued)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.resetInterrupted", vm.Name,
                $"Whether the guest of {vm.Name} was reset is not known: it was broken off in the middle.",
                $"Look at `lorica vm console {vm.Name}`, and reset it again if it was not."));
        }

        await Resume.RequireAsync(context, halfDone: null, ct);

        // Step 1
        await Tasks.ProgressAsync(task.Id, "resetting", 0, 0, ct);

        // Step 2
        await hosts.Once(vm.HostId).Vms.ResetAsync(vm.Id, ct);
        await EndAsync(task, ct);
    }

    /// <summary>The guest was reset: a database that fails does not make it unknown.</summary>
    private async Task EndAsync(TaskRow task, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await Tasks.SucceedAsync(task.Id, also: null, ct);
                return;
            }
            catch (Exception e) when (CenterStore.IsFailure(e) && !ct.IsCancellationRequested)
            {
                await Task.Delay(Pause, time, ct);
            }
        }
    }

    /// <summary>No center of the first form knew it.</summary>
    protected override ResetVmRequest FromFirst(FirstTaskArguments first) => new();
}
