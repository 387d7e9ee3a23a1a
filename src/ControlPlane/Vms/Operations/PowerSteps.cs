using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>What changes of a VM's power have in common.</summary>
internal sealed class PowerSteps(
    HostClient client, HostSteps steps, HostDirectory hosts, VmLookup lookup, VmDescriptionCache snapshots, TaskStore tasks,
    ResumeCheck resume)
{
    /// <summary>Brings a VM into a power state, and ends its task.</summary>
    /// <param name="context">The work.</param>
    /// <param name="step">For people.</param>
    /// <param name="state">State in which it is to be; work that is taken up again finds it there when it was done.</param>
    /// <param name="fenced">The request says that another host is cut off: who asked must still be allowed to say so.</param>
    /// <param name="call">Asks the host.</param>
    /// <param name="ct">The center stops.</param>
    public async Task RunAsync(
        WorkContext context, string step, PowerState state, bool fenced, Func<Task<VmFiles>> call, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        await tasks.ProgressAsync(task.Id, step, 0, 0, ct);
        var files = await steps.PatientlyAsync(
            context,
            async () =>
            {
                // What an earlier attempt did is taken as it is.
                var now = context.Resumed ? await snapshots.DescribeAsync(vm.HostId, vm.Id, ct) : null;
                if (now is not null && now.PowerState == state)
                {
                    return now;
                }

                await resume.RequireAsync(context, halfDone: null, ct);
                if (context.Resumed && fenced)
                {
                    await hosts.RequireFencingAsync(ResumeCheck.CallerOf(task), vm.HostId, ct);
                }

                return await call();
            },
            ct);
        await snapshots.SaveAsync(files, ct);
        await tasks.SucceedAsync(task.Id, also: null, ct);
    }

    /// <summary>Asks the host to power on.</summary>
    public async Task<VmFiles> OnAsync(WorkContext context, bool fenced, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        var edit = new VmEdit(vm.Id, task.Epoch, KeyRegister.Recorded(await lookup.RecordsAsync(vm.Id, ct)));
        return await client.Once(vm.HostId).Vms.PowerOnAsync(edit, fenced, ct);
    }

    /// <summary>Asks the host to power off.</summary>
    public Task<VmFiles> OffAsync(WorkContext context, bool hard, int seconds, CancellationToken ct) =>
        client.Once(context.Vm.HostId).Vms.PowerOffAsync(context.Vm.Id, context.Task.Epoch, hard, seconds, ct);

    /// <summary>The refusal of a change to the state in which the VM is.</summary>
    public static FaultException Refused(VmRow vm, string message) =>
        new(new Fault(FaultTypes.InvalidPowerState, "lorica.powerState", vm.Name, message, $"lorica vm show {vm.Name}"));
}
