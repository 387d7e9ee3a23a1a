using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Tasks;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// Takes a VM out of the inventory: host first (its lock file says free), then one transaction in which its records become known
/// and its row goes; then its keys leave the host. The files stay as they are.
/// A host that is cut off is not asked; it forgets the VM when it is back (<c>OrphanedVms</c>).
/// </summary>
internal sealed class UnregisterWork(
    HostLinks links, KeyRegister register, LifeCalls calls, TaskStore tasks, EventLog events,
    IGrainFactory grains, ResumeCheck resume, AlarmStore alarms, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    /// <summary>Runs.</summary>
    public async Task RunAsync(WorkContext context, CancellationToken ct)
    {
        var (task, vm, life) = (context.Task, context.Vm, context.Arguments.Life!);
        await resume.RequireAsync(context, async () => await calls.FindAsync(context, vm.HostId, ct) is null, ct);
        if (!life.Fenced)
        {
            await LeaveAsync(context, ct);
        }

        List<ExpectedKey> unused = [];
        await tasks.SucceedAsync(
            task.Id,
            async db =>
            {
                var disks = await DisksAsync(db, vm.Id, ct);
                unused = await register.LeaveAsync(
                    db, vm.Id, _ => true, r => disks.GetValueOrDefault(r.ObjectId, ""), ct);
                await db.PolicyAssociations.Where(p => p.VmId == vm.Id).ExecuteDeleteAsync(ct);
                await db.KnownVms.Where(k => k.VmId == vm.Id).ExecuteDeleteAsync(ct);
                db.KnownVms.Add(new KnownVmRow
                {
                    VmId = vm.Id, Name = vm.Name, HostId = vm.HostId, Path = life.Path, Epoch = task.Epoch,
                    LeftAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                });
                await alarms.ClearAllAsync(db, vm.Id, ct);
                await db.Vms.Where(v => v.Id == vm.Id).ExecuteDeleteAsync(ct);
                events.Add(db, EventIds.VmUnregistered, task.UserName, vm.Name,
                    $"{task.UserName} unregistered {vm.Name} ({vm.Id}); its files stay at {life.Path}.");
            },
            ct);
        if (unused.Count > 0)
        {
            await grains.GetGrain<IHostGrain>(vm.HostId).ReleaseAsync(unused);
        }
    }

    /// <summary>Where its disks lie, as last seen.</summary>
    private static async Task<Dictionary<string, string>> DisksAsync(CenterDb db, string vmId, CancellationToken ct)
    {
        byte[]? seen = await db.Vms.Where(v => v.Id == vmId).Select(v => v.Snapshot).FirstOrDefaultAsync(ct);
        return seen is null ? [] : VmDescription.Parser.ParseFrom(seen).Disks.DistinctBy(d => d.ObjectId)
            .ToDictionary(d => d.ObjectId, d => d.Path, StringComparer.Ordinal);
    }

    private async Task LeaveAsync(WorkContext context, CancellationToken ct)
    {
        var request = new UnregisterVmRequest { VmId = context.Vm.Id, Epoch = context.Task.Epoch };
        try
        {
            await calls.AskAsync(
                context, "host", Timeout, o => links.Client(context.Vm.HostId).UnregisterVmAsync(request, o), ct);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            // An earlier attempt did it.
        }
    }
}
