using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.RegisterVm;

/// <summary>
/// Registers a VM whose records were made when the task began.
/// <code>
/// 1 keys    delivered to the one host for which the records were made
/// 2 host    verifies home and every disk with them, takes the lock, registers
/// 3 settle  records in use, VM present, what was known is history, end of the task: one transaction
///   else    host forgets it again, records withdrawn, keys released, name free
/// </code>
/// Each step may be the last of a run that dies; the next run does all of them again.
/// </summary>
internal sealed class RegisterVmWork(
    HostSteps hosts, KeyRegister register, TaskStore tasks, EventLog events, IGrainFactory grains,
    HostCrypto hostCrypto, ResumeCheck resume) : RequestedWork<RegisterVmRequest>
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(TaskKinds.Register, "vm register", Privileges.RegisterVm)
    {
        IsNew = true, IsNeverGivenUp = true,
    };

    /// <inheritdoc />
    protected override async Task RunAsync(WorkContext context, RegisterVmRequest request, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        VmFiles files;
        try
        {
            // Until the end it can be withdrawn as a whole, so nothing stands half-done.
            await resume.RequireAsync(context, halfDone: null, ct);

            // Step 1
            var keys = request.Records.Select(r => r.Key).Distinct().ToList();
            if (keys.Count > 0)
            {
                await hostCrypto.EnsureSafeIfThereAsync(task, vm.HostId, ct);
                await tasks.ProgressAsync(task.Id, "keys", 0, 0, ct);
                (await grains.GetGrain<IHostGrain>(vm.HostId).DeliverInTimeAsync(keys, "register")).ThrowIfMissing(vm.Name);
            }

            // Step 2
            var edit = new VmEdit(vm.Id, task.Epoch, RecordPlans.Recorded(request.Records));
            var host = await hosts.BeginAsync(context, vm.HostId, "files", ct);
            files = await host.Vms.RegisterAsync(edit, request.Path, request.Fenced, ct);
            if (RecordCheck.SuspectOf(files) is { } suspect)
            {
                throw new FaultException(suspect);
            }
        }
        catch (FaultException e) when (!ct.IsCancellationRequested)
        {
            await WithdrawAsync(context, e.Fault, ct);
            return;
        }

        // Step 3
        byte[] snapshot = KeptDescriptions.Keep(files);
        await tasks.SucceedAsync(
            task.Id,
            async db =>
            {
                await register.SettleAsync(db, files, mayWeaken: false, task.UserName, vm.Name, ct);
                await db.KeyRecords.RetireKnownAsync([.. request.Records.Select(r => r.ObjectId)], ct);
                await PolicySteps.AssociateAsync(db, context, ct);
                await db.KnownVms.RemoveAsync(vm.Id, ct);
                await db.Vms.SetPresentAsync(vm.Id, snapshot, ct);
                events.Add(db, EventIds.VmRegistered, task.UserName, vm.Name,
                    $"{task.UserName} registered {vm.Name} ({vm.Id}) from {request.Path}.");
            },
            ct);
        await grains.GetGrain<IHostGrain>(vm.HostId).NudgeAsync();
    }

    /// <inheritdoc />
    protected override RegisterVmRequest FromFirst(FirstTaskArguments first) => new()
    {
        Path = first.Life!.Path, Fenced = first.Life.Fenced, Records = first.Life.Records,
    };

    private async Task WithdrawAsync(WorkContext context, Fault fault, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        try
        {
            // Refused, so it is not there; an earlier run that died may have registered it all the same, or be about to.
            var host = await hosts.BeginAsync(context, vm.HostId, "undo", ct, undoes: true);
            await host.Vms.UnregisterAsync(vm.Id, task.Epoch, ct);
        }
        catch (FaultException e) when (HostFailures.IsOfHost(e) && !ct.IsCancellationRequested)
        {
            // Its files are where they were, and the host takes the same VM again.
            fault = fault with
            {
                Message = $"{fault.Message} The host did not forget {vm.Name} either: {e.Fault.Message}",
                Hint = $"Register {vm.Name} again.",
            };
        }

        List<ExpectedKey> unused = [];
        await tasks.FailAsync(
            task.Id, fault,
            async db =>
            {
                unused = await KeyClaims.WithdrawAsync(db, task.Id, ct);
                await db.Vms.RemoveAsync(vm.Id, ct);
            },
            ct);
        if (unused.Count > 0)
        {
            await grains.GetGrain<IHostGrain>(vm.HostId).ReleaseAsync(unused);
        }
    }
}
