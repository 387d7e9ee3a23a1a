using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.DeleteVm;

/// <summary>
/// Deletes a VM: files first, then everything that the center knows of it. Its keys stay on the KMS. Once the host was asked,
/// only its answer says what is left of the files: one that was killed in the middle removes the rest at its next start, and
/// is waited for.
/// </summary>
internal sealed class DeleteVmOperation(
    OperationServices services, HostClient hosts, VmLookup lookup, KeyRegister register, EventLog events,
    IGrainFactory grains, AlarmStore alarms, TimeProvider time)
    : VmOperation<DeleteVmRequest>(services)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.Delete, "vm rm", Privileges.DeleteVm);

    /// <inheritdoc />
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, DeleteVmRequest request, CancellationToken ct)
    {
        var vm = await Vms.FreeAsync(vmId, ct);

        // A suspect or locked VM can be deleted: that needs no key and trusts no file.
        if (await Vms.DescribeAsync(vm, ct) is { } files)
        {
            EncryptionRules.RequireOff(files);
        }

        return new Begun(vm, request);
    }

    /// <inheritdoc />
    protected override async Task RunAsync(WorkContext context, DeleteVmRequest request, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        await FilesAsync(
            context, new VmEdit(vm.Id, task.Epoch, KeyRegister.Recorded(await lookup.RecordsAsync(vm.Id, ct))), ct);
        List<ExpectedKey> unused = [];
        await Tasks.SucceedAsync(
            task.Id,
            async db =>
            {
                unused = await register.RetireAllAsync(db, vm.Id, task.UserName, vm.Name, ct);
                await db.PolicyAssociations.RemoveOfVmAsync(vm.Id, ct);
                await alarms.ClearAllAsync(db, vm.Id, ct);
                await db.Vms.RemoveAsync(vm.Id, ct);
                events.Add(db, EventIds.VmRemoved, task.UserName, vm.Name, $"{task.UserName} deleted {vm.Name} ({vm.Id}).");
            },
            ct);
        if (unused.Count > 0)
        {
            await grains.GetGrain<IHostGrain>(vm.HostId).ReleaseAsync(unused);
        }
    }

    /// <summary>Returns when the host has nothing of the VM.</summary>
    private async Task FilesAsync(WorkContext context, VmEdit edit, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        var (asked, slow) = (false, 0);
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await Tasks.ProgressAsync(task.Id, "files", 0, 0, ct);
                if (context.Resumed && !asked)
                {
                    // What is gone already is told by NotFound, whoever asks.
                    await hosts.Round(vm.HostId, slow).Vms.DescribeAsync(vm.Id, ct);
                    await Resume.RequireAsync(context, halfDone: null, ct);
                }

                // Not there any more: an earlier attempt removed it, or somebody else did.
                asked = true;
                await hosts.Once(vm.HostId).Vms.DeleteAsync(edit, ct);
                return;
            }
            catch (FaultException e) when (IsGone(e))
            {
                return;
            }
            catch (FaultException e) when (
                !ct.IsCancellationRequested && (HostFailures.IsUnanswered(e) || (asked && HostFailures.IsBusy(e))))
            {
                // Also an attempt whose answer did not come and which is still at work.
                slow += HostFailures.IsSlow(e) ? 1 : 0;
                await Tasks.ProgressAsync(task.Id, "waiting for the host", 0, 0, ct);
            }

            await Task.Delay(pause, time, ct);
        }
    }

    /// <summary>The host has no such VM; that its folder is not there is another thing.</summary>
    private static bool IsGone(FaultException e) => HostFailures.IsRefused(e) && e.Fault.Key == "lorica.vmNotFound";

    /// <inheritdoc />
    protected override DeleteVmRequest FromFirst(FirstTaskArguments first) => new();
}
