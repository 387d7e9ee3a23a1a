using System.Globalization;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Background;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Outages;

/// <summary>
/// Carries out the outage rule of VMs whose keys stay out of reach.
/// <code>
/// (none) ──longer than the policy allows: row, alarm, event──► acted ──within reach again, or another policy──► (none), event
///                                                                │ suspend:  the guest's processors are paused, each round anew
///                                                                │ shutDown: powered off gracefully if it runs; stays off
///                                                                └ preventPowerOn: nothing; powering on is refused meanwhile
/// </code>
/// The row is written before the host is asked: a center that dies between finds it and goes on. A guest is let go before the row
/// goes, so none is left paused by a stop of the center.
/// </summary>
internal sealed partial class OutageWatch(
    OutageFinder finder, CenterStore store, AlarmStore alarms, EventLog events, VmDescriptionCache snapshots,
    HostClient hosts, VmService vms, ILogger<OutageWatch> log) : BackgroundJob
{
    private const int ShutDownSeconds = 300;

    /// <inheritdoc />
    public override string Name => "outages";

    /// <inheritdoc />
    public override TimeSpan Period => TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    public override async Task RunAsync(CancellationToken ct)
    {
        var found = (await finder.FindAsync(ct)).ToDictionary(o => o.Vm.Id, StringComparer.Ordinal);
        var acts = await store.ReadAsync(db => db.Outages.ListAsync(ct), ct);
        foreach (var act in acts.Where(a => !found.TryGetValue(a.VmId, out var o) || o.Policy.Rules.Outage.Action != a.Action))
        {
            await TryAsync(act.VmId, () => EndAsync(act, ct), ct);
        }

        foreach (var outage in found.Values)
        {
            await TryAsync(
                outage.Vm.Name, () => ActAsync(
                    outage, acts.Exists(a => a.VmId == outage.Vm.Id && a.Action == outage.Policy.Rules.Outage.Action), ct), ct);
        }
    }

    private async Task ActAsync(Outage outage, bool acted, CancellationToken ct)
    {
        var (vm, rule) = (outage.Vm, outage.Policy.Rules.Outage);
        if (!acted)
        {
            string message = string.Create(CultureInfo.InvariantCulture,
                $"{vm.Name} {Words(rule.Action)}: {outage.Provider}, which has its key, has been out of reach since "
                    + $"{outage.Since:yyyy-MM-dd HH:mm:ss'Z'}, longer than \"{outage.Policy.Name}\" allows ({rule.After}).");
            await store.WriteAsync(
                async db =>
                {
                    db.Outages.Add(new OutageActRow
                    {
                        VmId = vm.Id, Action = rule.Action, Provider = outage.Provider,
                        Since = outage.Since.ToUnixTimeMilliseconds(),
                    });
                    events.Add(db, EventIds.OutageActed, Caller.System.User, ObjectRef.Of(vm), message);
                    await alarms.RaiseAsync(db, AlarmIds.VmOutage, ObjectRef.Of(vm), AlarmSeverity.Critical, message, ct);
                },
                ct);
        }

        if (rule.Action == OutageActions.Suspend)
        {
            await PauseAsync(vm, paused: true, ct);
        }
        else if (rule.Action == OutageActions.ShutDown
            && (await snapshots.DescribeAsync(vm.HostId, vm.Id, ct)).PowerState == PowerState.On)
        {
            var request = new Vms.Operations.PowerOff.PowerOffRequest(TimeoutSeconds: ShutDownSeconds);
            await vms.BeginAsync(Caller.System, vm.Id, request, ct);
        }
    }

    private async Task EndAsync(OutageActRow act, CancellationToken ct)
    {
        var vm = await store.ReadAsync(db => db.Vms.FindAsync(act.VmId, ct), ct);
        if (vm is not null && act.Action == OutageActions.Suspend)
        {
            await PauseAsync(vm, paused: false, ct);
        }

        await store.WriteAsync(
            async db =>
            {
                await db.Outages.RemoveAsync(act.VmId, ct);
                await alarms.ClearAsync(db, AlarmIds.VmOutage, act.VmId, ct);
                if (vm is not null)
                {
                    events.Add(db, EventIds.OutageEnded, Caller.System.User, ObjectRef.Of(vm), act.Action switch
                    {
                        OutageActions.Suspend => $"{vm.Name} goes on: its outage is over.",
                        OutageActions.ShutDown => $"{vm.Name} may be powered on again: its outage is over. It is left off.",
                        _ => $"{vm.Name} may be powered on again: its outage is over.",
                    });
                }
            },
            ct);
    }

    /// <summary>Pauses or lets go; idempotent, and nothing for a VM that is off.</summary>
    private async Task PauseAsync(VmRow vm, bool paused, CancellationToken ct)
    {
        try
        {
            await hosts.Once(vm.HostId).Vms.PauseAsync(vm.Id, paused, ct);
        }
        catch (FaultException e) when (e.Fault.Type == FaultTypes.InvalidPowerState)
        {
            // Off: there is nothing that runs.
        }
    }

    /// <summary>A VM whose host does not answer, or that a task works on, is left for the next round.</summary>
    private async Task TryAsync(string vm, Func<Task> act, CancellationToken ct)
    {
        try
        {
            await act();
        }
        catch (FaultException e) when (!ct.IsCancellationRequested)
        {
            LogLater(log, vm, e.Message);
        }
    }

    private static string Words(string action) => action switch
    {
        OutageActions.Suspend => "is paused",
        OutageActions.ShutDown => "is shut down",
        OutageActions.PreventPowerOn => "is kept from being powered on",
        _ => throw new ArgumentException($"This center cannot {action}: a newer one made the rule.", nameof(action)),
    };

    [LoggerMessage(2304, LogLevel.Warning, "The outage rule of {Vm} is carried out in the next round: {Reason}")]
    private static partial void LogLater(ILogger log, string vm, string reason);
}
