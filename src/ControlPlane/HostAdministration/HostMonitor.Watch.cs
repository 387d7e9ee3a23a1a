using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Alarms;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.HostAdministration;

/// <summary>What a connected host is asked again and again: its datastores, and the guests that stood still.</summary>
internal sealed partial class HostMonitor
{
    /// <summary>How old the space of a datastore that is shown may be.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _look = new(0);

    private async Task LookAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await _look.WaitAsync(LookAgain, ct);
                if (_connected)
                {
                    await FollowDatastoresAsync(ct);
                    await FollowStandingAsync(ct);
                }
            }
            catch (Exception) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (FaultException)
            {
                // It does not answer, or its storage does not: asked again. Whether the host is lost its heartbeat says.
            }
            catch (Exception e)
            {
                LogFailed(log, e, hostId);
            }
        }
    }

    private async Task FollowDatastoresAsync(CancellationToken ct)
    {
        var description = await hosts.Once(hostId).Admin.DescribeAsync(ct);
        if (description.HostId != hostId || description.BootId != _bootId
            || !await store.ReadAsync(db => datastores.DiffersAsync(db, hostId, description, ct), ct))
        {
            return;
        }

        await store.WriteAsync(
            async db =>
            {
                if (await db.Hosts.FindAsync(hostId, ct) is { } row)
                {
                    await datastores.FollowAsync(db, row, description, ct);
                }
            },
            ct);
    }

    /// <summary>Guests that stand still are asked whether they go on: what told so may have been lost.</summary>
    private async Task FollowStandingAsync(CancellationToken ct)
    {
        var standing = await store.ReadAsync(db => db.Alarms.VmsOnHostAsync(AlarmIds.VmStandsStill, hostId, ct), ct);
        foreach (string vm in standing)
        {
            await StandsStillAsync(await snapshots.DescribeAsync(hostId, vm, ct), ct);
        }
    }

    /// <summary>
    /// Raises the alarm of a guest that stands still because of a disk, and clears it when it goes on or has ended.
    /// </summary>
    private async Task StandsStillAsync(VmFiles vm, CancellationToken ct)
    {
        if (vm.Guest != GuestState.IoError)
        {
            await alarms.ClearAsync(AlarmIds.VmStandsStill, vm.VmId, ct);
            return;
        }

        var row = await store.ReadAsync(db => db.Vms.FindOnHostAsync(vm.VmId, hostId, ct), ct);
        if (row is not null)
        {
            await alarms.RaiseAsync(
                AlarmIds.VmStandsStill, ObjectRef.Of(row), AlarmSeverity.Critical,
                $"{row.Name} stands still: {Audit.EventText.Clean(vm.GuestDetail)} Make room on {row.Datastore} or mend what "
                    + "failed there: the guest goes on by itself, nothing is lost.",
                ct);
        }
    }
}
