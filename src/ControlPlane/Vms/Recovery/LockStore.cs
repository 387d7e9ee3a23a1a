using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Keys;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Recovery;

/// <summary>
/// Writes which VMs are locked and why: state, events and alarms of all VMs that changed in one transaction, so that hundreds of
/// them cost one sync of the disk.
/// </summary>
public sealed class LockStore(CenterStore store, EventLog events, AlarmStore alarms)
{
    private const string Locked = "locked";

    /// <summary>Writes what differs from the rows.</summary>
    internal async Task WriteAsync(IReadOnlyList<(VmRow Vm, List<KeyReason> Missing)> states, CancellationToken ct)
    {
        var changes = states.Select(s => (s.Vm, s.Missing, Before: Read(s.Vm)))
            .Where(c => !Same(c.Before, c.Missing) || (c.Missing.Count > 0) != (c.Vm.CryptoState == Locked)).ToList();
        if (changes.Count == 0)
        {
            return;
        }

        await store.WriteAsync(
            async db =>
            {
                // One may have left the inventory while its host was asked.
                var all = changes.ConvertAll(c => c.Vm.Id);
                var there = (await db.Vms.ThoseThereAsync(all, ct)).ToHashSet(StringComparer.Ordinal);
                changes.RemoveAll(c => !there.Contains(c.Vm.Id));
                foreach (var group in changes.GroupBy(
                    c => JsonSerializer.Serialize(c.Missing, StoreJson.Default.ListKeyReason), StringComparer.Ordinal))
                {
                    var ids = group.Select(c => c.Vm.Id).ToList();
                    string state = group.First().Missing.Count > 0 ? Locked : "unlocked";
                    await db.Vms.SetLocksAsync(ids, state, group.Key, ct);
                }

                foreach (var (vm, missing, before) in changes)
                {
                    AddEvents(db, vm, missing, before);
                }

                var locked = changes.Where(c => c.Missing.Count > 0)
                    .Select(c => (ObjectRef.Of(c.Vm), Sentence(c.Vm, c.Missing))).ToList();
                await alarms.RaiseManyAsync(db, AlarmIds.VmLocked, AlarmSeverity.Critical, locked, ct);
                await alarms.ClearManyAsync(
                    db, AlarmIds.VmLocked, [.. changes.Where(c => c.Missing.Count == 0).Select(c => c.Vm.Id)], ct);
            },
            ct);
    }

    private void AddEvents(CenterDb db, VmRow vm, List<KeyReason> missing, List<KeyReason> before)
    {
        if (missing.Count == 0)
        {
            events.Add(db, EventIds.Unlocked, Caller.System.User, ObjectRef.Of(vm),
                $"{vm.Name} is unlocked: its host has all its keys.");
            return;
        }

        var known = before.Select(b => b.Reason).ToHashSet(StringComparer.Ordinal);
        foreach (var reason in missing.Where(m => !known.Contains(m.Reason))
            .GroupBy(m => KeyFaults.LockEvent(m.Reason), StringComparer.Ordinal))
        {
            events.Add(db, reason.Key, Caller.System.User, ObjectRef.Of(vm), KeyFaults.Missing(vm.Name, [.. reason]).Message);
        }
    }

    private static string Sentence(VmRow vm, List<KeyReason> missing)
    {
        var fault = KeyFaults.Missing(vm.Name, missing);
        return $"{fault.Message} {fault.Hint}";
    }

    private static List<KeyReason> Read(VmRow vm) =>
        JsonSerializer.Deserialize(vm.LockedKeys, StoreJson.Default.ListKeyReason) ?? [];

    /// <summary>The words of a KMS may change from look to look: what counts is which key, and why.</summary>
    private static bool Same(List<KeyReason> a, List<KeyReason> b) =>
        a.Count == b.Count
            && a.TrueForAll(x => b.Exists(y => y.Provider == x.Provider && y.KeyId == x.KeyId && y.Reason == x.Reason));
}
