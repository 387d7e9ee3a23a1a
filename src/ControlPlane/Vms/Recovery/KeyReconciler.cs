using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Recovery;

/// <summary>
/// Sees that a host has the keys of the VMs that the center placed on it. A VM is locked when a key is not on the host and cannot
/// be brought there; it is unlocked by itself as soon as it can.
/// </summary>
internal sealed class KeyReconciler(
    CenterStore store, HostClient hosts, KeyDeliverer deliverer, KeyRegister register, KeyReleaser releaser,
    VmLookup lookup, LockStore locks, HostCrypto crypto, AlarmStore alarms, EventLog events)
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly HashSet<string> _suspects = new(StringComparer.Ordinal);
    private bool _alarmsRead;

    /// <summary>Reconciles all VMs of the host.</summary>
    /// <param name="hostId">The host.</param>
    /// <param name="ct">Ends it.</param>
    /// <param name="seen">Called with what the host says of each of the VMs that are on it.</param>
    /// <returns>Whether to look again: a VM is locked, suspect, not there, or getting keys.</returns>
    /// <exception cref="FaultException">The host does not answer.</exception>
    public async Task<bool> ReconcileAsync(string hostId, CancellationToken ct, Func<VmFiles, Task>? seen = null)
    {
        await _one.WaitAsync(ct);
        try
        {
            await ReadAlarmsAsync(ct);
            // Encryption mode first; but whether a VM is locked does not depend on it.
            bool left = await crypto.ReviveAsync(hostId, ct);

            // Step 1: what the records want
            var (vms, records, busy) = await ReadAsync(hostId, ct);
            if (vms.Count == 0)
            {
                await releaser.SweepAsync(hostId, ct);
                return left;
            }

            // Step 2: what the files say; what a task left behind is settled; a suspect VM gets no key
            var files = (await hosts.Once(hostId).Vms.ListAsync(ct)).ToDictionary(v => v.VmId, StringComparer.Ordinal);
            var byVm = records.ToLookup(r => r.VmId, StringComparer.Ordinal);
            bool again = left;
            var orders = new List<(VmRow Vm, List<ExpectedKey> Keys)>();
            foreach (var vm in vms)
            {
                bool underWay = busy.Contains(vm.Id);
                var usable = byVm[vm.Id].ToList();
                if (!files.TryGetValue(vm.Id, out var file))
                {
                    again |= usable.Count > 0;
                    continue;
                }

                await (seen?.Invoke(file) ?? Task.CompletedTask);
                if (RecordCheck.UnreadableOf(file) is not null)
                {
                    // Nothing is known of its files, so nothing is decided: its datastore has the alarm.
                    again |= usable.Count > 0;
                    continue;
                }

                usable = underWay ? usable : await SettledAsync(hostId, vm, file, usable, ct);
                var own = usable.Where(r => r.InUse || underWay).ToList();
                if (await IsSuspectAsync(vm, file, own, underWay, ct))
                {
                    again |= usable.Count > 0;
                    continue;
                }

                orders.Add((vm, [.. own.Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).Distinct()]));
            }

            // Step 3: deliver what is missing
            List<ExpectedKey> keys = [.. orders.SelectMany(o => o.Keys).Distinct()];
            var delivery = keys.Count == 0
                ? new DeliveryResult()
                : await deliverer.DeliverAsync(hostId, keys, KeyDeliverer.Unlock, ct);

            // Step 4: locked or not, and why; all in one transaction
            var reasons = delivery.Reasons.DistinctBy(r => (r.Provider, r.KeyId)).ToDictionary(r => (r.Provider, r.KeyId));
            var states = orders.ConvertAll(o => (o.Vm, Missing: o.Keys.Where(k => reasons.ContainsKey((k.Provider, k.KeyId)))
                .Select(k => reasons[(k.Provider, k.KeyId)]).ToList()));
            await locks.WriteAsync(states, ct);
            bool locked = again || states.Exists(s => s.Missing.Count > 0);

            // Step 5: what the host holds although nothing on it needs it any more
            await releaser.SweepAsync(hostId, ct);
            return locked;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Alarms that an earlier run of the center raised are cleared by this one.</summary>
    private async Task ReadAlarmsAsync(CancellationToken ct)
    {
        if (_alarmsRead)
        {
            return;
        }

        var raised = await store.ReadAsync(db => db.Alarms.RaisedAsync(AlarmIds.VmSuspect, ct), ct);
        _suspects.UnionWith(raised.Select(a => a.ObjectId));
        _alarmsRead = true;
    }

    private Task<(List<VmRow> Vms, List<KeyRecordRow> Records, HashSet<string> Busy)> ReadAsync(
        string hostId, CancellationToken ct) =>
        store.ReadAsync(
            async db =>
            {
                var vms = await db.Vms.PresentOnHostAsync(hostId, ct);
                var records = await db.KeyRecords.UsableOnHostAsync(hostId, ct);
                var busy = await db.Tasks.BusyVmsAsync(ct);
                return (vms, records, busy.ToHashSet(StringComparer.Ordinal));
            },
            ct);

    private async Task<List<KeyRecordRow>> SettledAsync(
        string hostId, VmRow vm, VmFiles file, List<KeyRecordRow> usable, CancellationToken ct)
    {
        if (await register.SettleLeftAsync(vm, file, usable, ct) is not { } unused)
        {
            return usable;
        }

        if (unused.Count > 0)
        {
            await releaser.ReleaseAsync(hostId, unused, ct);
        }

        return await lookup.RecordsAsync(vm.Id, ct);
    }

    private async Task<bool> IsSuspectAsync(
        VmRow vm, VmFiles file, List<KeyRecordRow> records, bool underWay, CancellationToken ct)
    {
        var suspect = RecordCheck.Find(file, records, underWay);
        if (suspect is null)
        {
            if (_suspects.Remove(vm.Id))
            {
                await alarms.ClearAsync(AlarmIds.VmSuspect, vm.Id, ct);
            }

            return false;
        }

        // One that left the inventory meanwhile took its alarm along.
        if (_suspects.Add(vm.Id) || !await store.ReadAsync(
            db => db.Alarms.IsRaisedAsync(AlarmIds.VmSuspect, vm.Id, ct), ct))
        {
            string message = $"{suspect.Key}: {suspect.Message}";
            await store.WriteAsync(
                async db =>
                {
                    if (await alarms.RaiseAsync(db, AlarmIds.VmSuspect, ObjectRef.Of(vm), AlarmSeverity.Critical, message, ct))
                    {
                        events.Add(db, EventIds.Suspect, Caller.System.User, ObjectRef.Of(vm), message);
                    }
                },
                ct);
        }

        return true;
    }
}
