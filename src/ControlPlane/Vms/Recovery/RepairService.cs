using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Recovery;

/// <summary>
/// The way back for a VM whose files name a key of which the record was given up too early: the record counts again. A person who
/// may accept a suspect VM says so, after a look at what would be done.
/// <code>
/// 1 privileges: register and decrypt it, and direct access to its content
/// 2 the host describes the files; RepairRules judge object by object
/// 3 no object is another VM's by now, no key another VM's or a host's; the KMS holds each, with the record's check value
/// 4 apply: one transaction, in which the caller still may, nothing changed meanwhile, 3 still stands (but the KMS is not asked
///   again) and no task is under way: records usable again, in line with the files, audit event
/// 5 the host is looked at again, which brings it the keys; what was begun is then finished as after any broken-off job
/// </code>
/// </summary>
public sealed class RepairService
{
    private readonly VmLookup _lookup;
    private readonly VmLook _look;
    private readonly IAuthorizer _authorizer;
    private readonly OperationRunner _runner;
    private readonly KeyRegister _register;
    private readonly CenterStore _store;
    private readonly EventLog _events;
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;

    internal RepairService(
        VmLookup lookup, VmLook look, IAuthorizer authorizer, OperationRunner runner, KeyRegister register,
        CenterStore store, EventLog events, IGrainFactory grains, TimeProvider time)
    {
        (_lookup, _look, _authorizer, _runner) = (lookup, look, authorizer, runner);
        (_register, _store, _events, _grains, _time) = (register, store, events, grains, time);
    }

    private static string[] Needed => [Privileges.CryptoRegisterVm, Privileges.Decrypt, Privileges.CryptoAccess];

    /// <summary>Says what a repair would do, and does it when told to.</summary>
    /// <exception cref="FaultException">NoPermission; a task is under way; with <see cref="RepairVmBody.Apply"/> whatever stands
    /// against it.</exception>
    public async Task<RepairModel> RepairAsync(Caller caller, string vm, RepairVmBody body, CancellationToken ct)
    {
        // Step 1
        var row = await _lookup.FindAsync(vm, ct);
        foreach (string privilege in Needed)
        {
            await _authorizer.RequireAsync(caller, privilege, ObjectRef.Of(row), ct);
        }

        // Steps 2 and 3
        await _store.ReadAsync(db => RequireIdleAsync(db, row, ct), ct);
        var files = await _look.DescribeAsync(row, ct)
            ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.filesGone", row.Name,
                $"The host has no files of {row.Name}.", "Put them back."));
        var found = await CheckedAsync(files, ct);
        bool adopts = found.Exists(f => f.Row is not null);
        if (!body.Apply)
        {
            return ToModel(row, files, found, applied: false);
        }

        if (found.Find(f => f.Refusal is not null) is { } refused)
        {
            throw new FaultException(refused.Refusal!);
        }

        if (!adopts)
        {
            return ToModel(row, files, found, applied: false);
        }

        // Steps 4 and 5
        await _runner.RunAsync(
            TaskKinds.Repair, ObjectRef.Of(row), caller, _ => ApplyAsync(caller, row, files, found, ct), ct);
        await _grains.GetGrain<IHostGrain>(row.HostId).NudgeAsync();
        return ToModel(row, files, found, applied: true);
    }

    private Task ApplyAsync(
        Caller caller, VmRow vm, VmFiles files, List<RepairFinding> found, CancellationToken ct) => _store.WriteAsync(
        async db =>
        {
            foreach (string privilege in Needed)
            {
                await BeginCheck.RequireAsync(db, caller, privilege, ObjectRef.Of(vm), _time, ct);
            }

            await RequireIdleAsync(db, vm, ct);
            var again = await JudgeAsync(db, files, await RowsAsync(db, files, ct), ct);
            if (again.Find(f => f.Refusal is not null) is { } refused)
            {
                throw new FaultException(refused.Refusal!);
            }

            if (!again.Select(f => f.ToModel()).SequenceEqual(found.Select(f => f.ToModel())))
            {
                throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.vmChanged", vm.Name,
                    $"The records of {vm.Name} changed meanwhile.", "Look again."));
            }

            var numbers = again.Where(f => f.Row is not null).Select(f => f.Row!.Number).ToList();
            foreach (var record in await db.KeyRecords.OfNumbersAsync(numbers, ct))
            {
                record.State = KeyRecordStates.Usable;
            }

            await db.SaveAsync(ct);
            await _register.SettleAsync(db, files, mayWeaken: false, caller.User, vm.Name, ct);
            _events.Add(db, EventIds.VmRepaired, caller, vm.Name,
                $"{caller.User} repaired {vm.Name} ({vm.Id}): records count again for "
                + string.Join(", ", again.Where(f => f.Row is not null).Select(f => $"{f.Path} (key {f.Key})")));
        },
        ct);

    /// <summary>
    /// Nothing is under way, and nothing was begun since the VM was read: its files cannot have changed under this look.
    /// </summary>
    private static async Task<bool> RequireIdleAsync(CenterDb db, VmRow vm, CancellationToken ct)
    {
        if (await db.Tasks.FindUnfinishedOfVmAsync(vm.Id, ct) is { } task)
        {
            throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.vmBusy", vm.Name,
                $"Task {task.Id} ({task.Kind}) of {vm.Name} is under way.", $"Wait for its end: lorica task wait {task.Id}"));
        }

        return await db.Vms.IsPresentAsync(vm.Id, vm.Epoch, ct)
            ? true
            : throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.vmChanged", vm.Name,
                $"{vm.Name} changed meanwhile.", "Look again."));
    }

    private static Task<List<KeyRecordRow>> RowsAsync(CenterDb db, VmFiles files, CancellationToken ct)
    {
        List<string> objects = [files.VmId, .. files.Disks.Select(d => d.ObjectId)];
        var keys = files.Disks.Select(d => d.Key).Append(files.Key).OfType<KeyName>().Select(k => k.KeyId).ToList();
        return db.KeyRecords.AboutAsync(files.VmId, objects, keys, ct);
    }

    /// <summary>
    /// Judged by the VM's own records, then as any other claim: an object that another VM has by now stays there, and a key that
    /// belongs to another VM or to a host counts for nobody else, whatever a record of earlier says.
    /// </summary>
    private static async Task<List<RepairFinding>> JudgeAsync(
        CenterDb db, VmFiles files, List<KeyRecordRow> rows, CancellationToken ct)
    {
        List<RepairFinding> judged = [];
        foreach (var finding in RepairRules.Judge(files, rows))
        {
            judged.Add(finding.Refusal is null && await ClaimRefusedAsync(db, files.VmId, finding, ct) is { } refusal
                ? finding with { Row = null, Refusal = refusal } : finding);
        }

        return judged;
    }

    private static async Task<Fault?> ClaimRefusedAsync(
        CenterDb db, string vmId, RepairFinding finding, CancellationToken ct)
    {
        try
        {
            await KeyClaims.RequireFreeAsync(db, vmId, [finding.ObjectId], ct);
        }
        catch (FaultException e)
        {
            return e.Fault;
        }

        // A key that the VM has in use for another object is its own, whoever else has it: clones share their source's.
        return finding.Row is { } row
            && !await db.KeyRecords.IsInUseByAsync(row.Provider, row.KeyId, [vmId], ct)
            && await KeyOwners.OfAsync(db, row.Provider, row.KeyId, [vmId], ct) is { Count: > 0 } owners
            ? new Fault(FaultTypes.GenericVmConfigFault, "lorica.keyOfAnotherVm", finding.Path,
                $"{finding.Path} is about key {row.Provider}/{row.KeyId}, which belongs to {string.Join(", ", owners)}.",
                "Put the right file back.")
            : null;
    }

    /// <summary>Judged, each key fetched at its KMS, and the whole as it would then be compared with the files.</summary>
    private async Task<List<RepairFinding>> CheckedAsync(VmFiles files, CancellationToken ct)
    {
        var (rows, found) = await _store.ReadAsync(
            async db => await RowsAsync(db, files, ct) is var all ? (all, await JudgeAsync(db, files, all, ct)) : default, ct);
        var refused = new Dictionary<ExpectedKey, Fault>();
        foreach (var key in found.Where(f => f.Row is not null).Select(f => f.Key!.Value).Distinct())
        {
            try
            {
                await _register.CheckAsync(key, files.Path, ct);
            }
            catch (FaultException e)
            {
                refused[key] = e.Fault;
            }
        }

        found = [.. found.Select(f => f.Row is not null && refused.TryGetValue(f.Key!.Value, out var fault)
            ? f with { Row = null, Refusal = fault } : f)];
        if (found.Exists(f => f.Refusal is not null))
        {
            return found;
        }

        var numbers = found.Where(f => f.Row is not null).Select(f => f.Row!.Number).ToHashSet();
        var after = rows.Where(r => r.VmId == files.VmId && (r.State == KeyRecordStates.Usable || numbers.Contains(r.Number)))
            .Select(r => After(files, r)).ToList();
        return RecordCheck.Find(files, after, underWay: false) is { } differs
            ? [new RepairFinding(files.VmId, files.Path, null, null, "", differs), .. found] : found;
    }

    /// <summary>A record as it is once it was brought in line with the files.</summary>
    private static KeyRecordRow After(VmFiles files, KeyRecordRow r)
    {
        var key = r.ObjectId == files.VmId ? files.Key : files.Disks.FirstOrDefault(d => d.ObjectId == r.ObjectId)?.Key;
        return new KeyRecordRow
        {
            Number = r.Number, ObjectId = r.ObjectId, Kind = r.Kind, VmId = r.VmId, Provider = r.Provider, KeyId = r.KeyId,
            Kcv = r.Kcv, Generation = r.Generation, State = KeyRecordStates.Usable, TaskId = r.TaskId, CreatedAt = r.CreatedAt,
            InUse = key is not null ? r.Provider == key.Provider && r.KeyId == key.KeyId : r.InUse,
        };
    }

    private static RepairModel ToModel(VmRow vm, VmFiles files, List<RepairFinding> found, bool applied) => new(
        vm.Name, !found.Exists(f => f.Refusal is not null), applied, [.. found.Select(f => f.ToModel())],
        files.PendingJob switch
        {
            null => "",
            UnfinishedWork.Encrypt => $"Set the encryption policy of {vm.Name} again: that finishes the encryption.",
            UnfinishedWork.Decrypt => $"Set the policy without encryption of {vm.Name} again: that finishes the decryption.",
            UnfinishedWork.Rekey => $"lorica vm recrypt {vm.Name} --deep finishes the recrypt.",
            UnfinishedWork.Recrypt => $"lorica vm recrypt {vm.Name} --shallow finishes the recrypt.",
            var other => throw new InvalidOperationException($"Nothing says how to finish {other}."),
        });
}
