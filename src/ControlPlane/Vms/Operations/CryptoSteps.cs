using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// Encrypt, decrypt, shallow and deep recrypt.
/// <code>
/// 1 key     (not to decrypt) made and recorded: pending, then usable with its check value
/// 2 audit   who does what with which keys
/// 3 job     keys to the host, job to its end
/// 4 settle  records follow the files, policy, end of the task: one transaction
/// 5 release keys that nothing needs leave the host; the KMS keeps them
/// </code>
/// Each step may be the last of a run that dies; the next run begins at 1 and finds what is there. What the files say is begun is
/// never given up: see <see cref="PreparedAsync"/>.
/// </summary>
internal sealed partial class CryptoSteps(
    KeyRegister register, KeyClaims claims, JobDriver jobs, HostSteps steps, HostClient hosts, VmLookup lookup,
    VmDescriptionCache snapshots, TaskStore tasks, CenterStore store, EventLog events, HostCrypto hostCrypto,
    IGrainFactory grains, ResumeCheck resume, TimeProvider time)
{
    private const int MaximumLooks = 10;
    private static readonly TimeSpan LookPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Runs.</summary>
    public async Task RunAsync(WorkContext context, CryptoJob what, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);

        // Step 1
        await tasks.ProgressAsync(task.Id, "key", 0, 0, ct);
        var keys = await PreparedAsync(context, ct);

        // Step 2
        var records = await lookup.RecordsAsync(vm.Id, ct);
        await AuditAsync(context, what, keys, records, ct);
        var request = SpecOf(context, what, keys, records) with { Generations = await lookup.GenerationsAsync(vm.Id, ct) };

        // Step 3
        HostJob job;
        try
        {
            job = await jobs.RunAsync(context, request, Needed(keys, records), f => IsDone(context, keys, f), ct);
        }
        catch (Exception e) when (!CenterStore.IsFailure(e) && !ct.IsCancellationRequested)
        {
            // However it ended: records must not stay between two states, or the VM would be suspect for ever.
            await SettleAsync(context, await FilesAsync(context, ct), fault: null, end: false, ct);
            throw;
        }

        // Steps 4 and 5
        var files = job.Result is { } result && result.VmId == vm.Id && RecordCheck.SuspectOf(result) is null
            ? result : job.State == HostJobState.Succeeded ? await LookAtWholeAsync(context, ct) : await LookAsync(context, ct);
        var fault = job.State == HostJobState.Succeeded ? Verify(context, keys, files)
            : job.Fault is { } f ? f
            : new Fault(
                FaultTypes.SystemError, "lorica.jobFailed", vm.Name, "The job failed without a reason.", "See the host's log.");
        await SettleAsync(context, files, fault, end: true, ct);
    }

    /// <summary>
    /// Makes or adopts the new keys of a task's objects, for records of <paramref name="owner"/>; by object id.
    /// </summary>
    internal async Task<Dictionary<string, ExpectedKey>> KeysAsync(WorkContext context, VmRow owner, CancellationToken ct)
    {
        var arguments = context.Arguments;
        var keys = new Dictionary<string, ExpectedKey>(StringComparer.Ordinal);
        if (context.Task.Kind == TaskKinds.Decrypt || arguments.Objects.Count == 0)
        {
            return keys;
        }

        var all = new KeyGroup
        {
            Objects = arguments.Objects, Provider = arguments.Provider!, KeyId = arguments.KeyId, Kcv = arguments.Kcv,
        };
        foreach (var group in arguments.Keys.Count > 0 ? arguments.Keys : [all])
        {
            List<RecordedObject> objects = [.. group.Objects.Select(o => new RecordedObject(o, o == owner.Id))];
            ExpectedKey key;
            if (group is { KeyId: { } id, Kcv: { } kcv })
            {
                key = new ExpectedKey(group.Provider, id, kcv);
                await claims.AdoptAsync(context.Task, owner, key, objects, ct);
            }
            else
            {
                key = await register.MakeAsync(context.Task, owner, group.Provider, objects, ct);
            }

            group.Objects.ToList().ForEach(o => keys.Add(o, key));
        }

        return keys;
    }

    private static JobSpec SpecOf(
        WorkContext context, CryptoJob what, Dictionary<string, ExpectedKey> keys, List<KeyRecordRow> records) => new()
        {
            JobId = context.Task.Id,
            VmId = context.Vm.Id,
            Epoch = context.Task.Epoch,
            Kind = context.Task.Kind switch
            {
                TaskKinds.Encrypt => HostJobKind.Encrypt,
                TaskKinds.Decrypt => HostJobKind.Decrypt,
                TaskKinds.Recrypt => what.Deep ? HostJobKind.RecryptDeep : HostJobKind.RecryptShallow,
                _ => throw new ArgumentException($"A task of kind {context.Task.Kind} has no job.", nameof(context)),
            },
            Home = what.Home,
            Force = what.Force,
            Disks = what.Disks,
            Records = KeyRegister.Recorded(records),
            NewKey = keys.Count > 0 ? keys.GetValueOrDefault(context.Vm.Id, keys.First().Value) : null,

            // Each by its own name: what the host would take for an object without one is its guess, not the records'.
            Keys = keys,
        };

    internal static List<ExpectedKey> Needed(Dictionary<string, ExpectedKey> keys, List<KeyRecordRow> records) =>
        [.. records.Where(r => r.InUse).Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv)).Concat(keys.Values).Distinct()];

    private static bool IsDone(WorkContext context, Dictionary<string, ExpectedKey> keys, VmFiles files) =>
        Verify(context, keys, files) is null;

    /// <summary>Whether the files are as the job should have left them.</summary>
    private static Fault? Verify(WorkContext context, Dictionary<string, ExpectedKey> keys, VmFiles files)
    {
        // A description that does not verify says nothing about what is plain.
        if (RecordCheck.SuspectOf(files) is { } suspect)
        {
            return suspect;
        }

        foreach (string id in context.Arguments.Objects)
        {
            ExpectedKey? key = keys.TryGetValue(id, out var own) ? own : null;
            var disk = files.Disks.FirstOrDefault(d => d.ObjectId == id);
            var (encrypted, has, kcv) = id == files.VmId ? (files.Encrypted, files.Key, files.Kcv)
                : disk is not null ? (disk.Encrypted && disk.Transition is null, disk.Key, disk.Kcv)
                : (key is null, null, "");
            bool right = key is { } k ? encrypted && k.Names(has) && (kcv.Length == 0 || kcv == k.Kcv)
                : !encrypted && disk?.Transition is null;
            if (!right)
            {
                return new Fault(FaultTypes.GenericVmConfigFault, "lorica.jobResult", disk?.Path ?? files.Path,
                    $"{disk?.Path ?? files.Path} is not as the job should have left it.",
                    "Look at the VM; set the policy again.");
            }
        }

        return null;
    }

    private async Task SettleAsync(WorkContext context, VmFiles? files, Fault? fault, bool end, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        if (files is null)
        {
            return;
        }

        await WrittenAsync(() => snapshots.SaveAsync(files, ct), ct);
        List<ExpectedKey> unused = [];
        async Task RecordsAsync(CenterDb db) =>
            unused = await register.SettleAsync(
                db, files, mayWeaken: task.Kind == TaskKinds.Decrypt && end && fault is null, task.UserName, vm.Name, ct);

        if (!end)
        {
            await WrittenAsync(() => store.WriteAsync(RecordsAsync, ct), ct);
        }
        else if (fault is not null)
        {
            await WrittenAsync(() => store.WriteAsync(RecordsAsync, ct), ct);
            await ReleaseAsync(vm, unused);
            throw new FaultException(fault);
        }
        else
        {
            await WrittenAsync(
                () => tasks.SucceedAsync(
                    task.Id,
                    async db =>
                    {
                        await RecordsAsync(db);
                        await PolicySteps.AssociateAsync(db, context, ct);
                    },
                    ct),
                ct);
        }

        await ReleaseAsync(vm, unused);
    }

    /// <summary>
    /// The files are changed already: records that do not follow would make the VM suspect, so the write is not given up.
    /// </summary>
    private async Task WrittenAsync(Func<Task> write, CancellationToken ct)
    {
        for (var pause = LookPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await write();
                return;
            }
            catch (Exception e) when (HostFailures.IsPassing(e) && e is not FaultException && !ct.IsCancellationRequested)
            {
                await Task.Delay(pause, time, ct);
            }
        }
    }

    private async Task ReleaseAsync(VmRow vm, List<ExpectedKey> unused)
    {
        if (unused.Count > 0)
        {
            await grains.GetGrain<IHostGrain>(vm.HostId).ReleaseAsync(unused);
        }
    }

    /// <summary>The files after a failure. A host that does not answer is waited for a while; then records stay as they are, keys
    /// stay deliverable, and the next look at the VM settles them.</summary>
    private async Task<VmFiles?> FilesAsync(WorkContext context, CancellationToken ct)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await snapshots.DescribeAsync(context.Vm.HostId, context.Vm.Id, ct);
            }
            catch (FaultException e) when (HostFailures.IsOfHost(e) && !ct.IsCancellationRequested)
            {
                if (!HostFailures.IsUnanswered(e) || attempt >= MaximumLooks)
                {
                    return null;
                }
            }

            await Task.Delay(LookPause, time, ct);
        }
    }

    private Task AuditAsync(
        WorkContext context, CryptoJob what, Dictionary<string, ExpectedKey> keys, List<KeyRecordRow> records,
        CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        string old = string.Join(
            ", ", records.Where(r => r.InUse).Select(r => $"{r.Provider}/{r.KeyId}").Distinct(StringComparer.Ordinal));
        string objects = string.Join(", ", (what.Home ? ["home"] : Array.Empty<string>()).Concat(what.Disks));
        return events.AddAsync(EventIds.CryptoOperation, task.UserName, vm.Name,
            $"{task.UserName}: {task.Kind}{(what.Deep ? " (deep)" : "")} of {vm.Name} ({objects}), task {task.Id}; new "
                + $"key {(keys.Count > 0 ? string.Join(", ", keys.Values.Distinct()) : "none")}; keys before: "
                + $"{(old.Length > 0 ? old : "none")}"
            + (context.Resumed ? "; taken up again" : ""), ct);
    }
}
