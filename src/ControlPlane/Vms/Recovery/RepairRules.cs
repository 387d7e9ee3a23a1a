using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Vms.Files;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Recovery;

/// <summary>
/// Which retired records of a VM may count again, pure. What a file names gives nobody a key by itself: only a record that a task
/// made for this very object of this VM, that was given up before it was ever noted as used, and that nothing newer followed.
/// <code>
/// file names key K ┬ usable record of the object under K ─────────────────► none
///                  ├ retired, never used, nothing newer, same check value ► adopt
///                  │      └ and the files say that its job is not finished: what that task made for the other objects, too
///                  ├ retired after it was in use, or something newer ─────► refused: an older file was put back
///                  └ no record of the object ever named K ────────────────► refused
/// </code>
/// </summary>
internal static class RepairRules
{
    /// <summary>Judges every object of a VM.</summary>
    /// <param name="vm">What the files say.</param>
    /// <param name="rows">Every record, in any state, of the VM's objects and of the keys that its files name.</param>
    public static List<RepairFinding> Judge(VmFiles vm, IReadOnlyList<KeyRecordRow> rows)
    {
        if (RecordCheck.SuspectOf(vm) is { } suspect)
        {
            return [new RepairFinding(vm.VmId, vm.Path, null, null, "", suspect)];
        }

        List<RepairFinding> found =
        [
            Object(vm, vm.VmId, vm.Path, vm.Encrypted ? vm.Key : null, vm.Kcv, rows),
            .. vm.Disks.Select(d => Object(vm, d.ObjectId, d.Path, d.Encrypted ? d.Key : null, d.Kcv, rows)),
        ];
        if (vm.PendingJob is null)
        {
            return found;
        }

        var tasks = found.Where(f => f.Row is not null).Select(f => f.Row!.TaskId).ToHashSet(StringComparer.Ordinal);
        return [.. found.Select(f => f is { Row: null, Refusal: null } && Companion(vm, f.ObjectId, tasks, rows) is { } row
            ? f with
            {
                Row = row, Key = Order(row),
                Message = $"The unfinished {vm.PendingJob?.Word()} is to bring it under this key.",
            }
            : f)];
    }

    private static RepairFinding Object(
        VmFiles vm, string id, string path, KeyName? key, string kcv, IReadOnlyList<KeyRecordRow> rows)
    {
        if (key is null)
        {
            return new RepairFinding(id, path, null, null, "Its file is plain.");
        }

        var order = new ExpectedKey(key.Provider, key.KeyId, kcv);
        var own = rows.Where(r => r.ObjectId == id && r.VmId == vm.VmId && order.Names(r)).MaxBy(r => r.Number);
        RepairFinding Refused(string code, string message, string hint) =>
            new(id, path, order, null, "", new Fault(FaultTypes.GenericVmConfigFault, code, path, message, hint));
        if (own is null)
        {
            return rows.Any(r => order.Names(r) && r.VmId != vm.VmId)
                ? Refused("lorica.keyOfAnotherVm", $"{path} names key {order}, which belongs to another VM.",
                    "Put the right file back.")
                : Refused("lorica.notRecorded", $"{path} names key {order}, which no record of it ever named.",
                    "Put the right file back.");
        }

        if (kcv.Length > 0 && own.Kcv != kcv)
        {
            return Refused("lorica.kcvDiffers", $"{path} has check value {kcv}, its record {own.Kcv}.",
                "Put the right file back.");
        }

        if (own.State == KeyRecordStates.Usable)
        {
            return new RepairFinding(id, path, Order(own), null, "Its record is in order.");
        }

        return !MayCount(own, rows)
            ? Refused("lorica.olderThanKnown",
                $"{path} is under {order}, a key that it had before and has no longer: an older file was put back.",
                $"Put the newer file back, or unregister {vm.Name} and register it with --accept-older.")
            : new RepairFinding(id, path, Order(own), own,
                $"Its record was given up by task {own.TaskId}, although the file is under this key.");
    }

    private static KeyRecordRow? Companion(
        VmFiles vm, string id, HashSet<string> tasks, IReadOnlyList<KeyRecordRow> rows) =>
        rows.Where(r => r.ObjectId == id && r.VmId == vm.VmId && tasks.Contains(r.TaskId) && MayCount(r, rows))
            .MaxBy(r => r.Number);

    /// <summary>Given up before it was ever noted as used, and nothing newer followed.</summary>
    private static bool MayCount(KeyRecordRow row, IReadOnlyList<KeyRecordRow> rows) =>
        row is { State: KeyRecordStates.Retired, Generation: 0, Kcv.Length: > 0 }
        && !rows.Any(r => r.ObjectId == row.ObjectId && r.Number > row.Number && (r.InUse || r.Generation > 0));

    private static ExpectedKey Order(KeyRecordRow row) => new(row.Provider, row.KeyId, row.Kcv);

    private static bool Names(this ExpectedKey key, KeyRecordRow row) => row.Provider == key.Provider && row.KeyId == key.KeyId;
}
