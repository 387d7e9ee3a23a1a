using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Events;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Inventory;

/// <summary>Deletes a VM: files first, then everything that the center knows of it. Its keys stay on the KMS.</summary>
internal sealed class DeleteWork(
    HostLinks links, VmLookup lookup, VmSnapshots snapshots, KeyRegister register, TaskBoard tasks, EventLog events,
    IGrainFactory grains, ResumeCheck resume, AlarmBoard alarms, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>Runs.</summary>
    public async Task RunAsync(WorkContext context, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        var request = new VmOperation { VmId = vm.Id, Epoch = task.Epoch };
        request.Records.AddRange(KeyRegister.ToWire(await lookup.RecordsAsync(vm.Id, ct)));
        try
        {
            await tasks.ProgressAsync(task.Id, "files", 0, 0, ct);
            await HostCalls.PatientlyAsync(
                context, time,
                async () =>
                {
                    if (context.Resumed)
                    {
                        // What is gone already is told by NotFound, whoever asks.
                        await snapshots.DescribeAsync(vm.HostId, vm.Id, ct);
                        await resume.RequireAsync(context, halfDone: null, ct);
                    }

                    return await links.Client(vm.HostId).DeleteVmAsync(
                        request, deadline: time.GetUtcNow().UtcDateTime + Timeout, cancellationToken: ct);
                },
                ct);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            // Gone already: an earlier attempt did it, or somebody else.
        }

        List<KeyOrder> unused = [];
        await tasks.SucceedAsync(
            task.Id,
            async db =>
            {
                unused = await register.RetireAllAsync(db, vm.Id, task.UserName, vm.Name, ct);
                await db.PolicyAssociations.Where(p => p.VmId == vm.Id).ExecuteDeleteAsync(ct);
                await alarms.ClearAllAsync(db, vm.Id, ct);
                await db.Vms.Where(v => v.Id == vm.Id).ExecuteDeleteAsync(ct);
                events.Add(db, EventIds.VmRemoved, task.UserName, vm.Name, $"{task.UserName} deleted {vm.Name} ({vm.Id}).");
            },
            ct);
        if (unused.Count > 0)
        {
            await grains.GetGrain<IHostGrain>(vm.HostId).ReleaseAsync(unused);
        }
    }
}
