using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Preflight;
using Lorica.ControlPlane.Providers;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Vms.Operations.CreateVm;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Vms.Operations.CloneVm;

/// <summary>
/// A full clone, on the host of its source.
/// <code>
/// 1 keys    of the new VM's objects: made, or recorded for it too
/// 2 audit
/// 3 job     keys to the host, job to its end; the host leaves the whole VM or nothing
/// 4 settle  the new VM's records and policies, its row, end of the task: one transaction
///           or: the host has nothing of it, its row goes, its keys are retired
/// </code>
/// Each step may be the last of a run that dies; the next run begins at 1 and finds what is there. A clone that stands is settled
/// whoever may what by now; a database that fails ends nothing.
/// </summary>
internal sealed partial class CloneVmOperation(
    OperationServices services, CryptoSteps crypto, HostCrypto hostCrypto, VmCreation creation, JobDriver jobs, HostSteps steps,
    VmLookup lookup, HostDirectory hosts, PolicyCatalog policies, StrictRules strict,
    PlacementService placement, DatastoreCheck datastores, PreflightCheck preflight, ProviderService providers,
    KeyPlanner planner, NamedKeys named, EventLog events, TimeProvider time, ILogger<CloneVmOperation> log)
    : VmOperation<CloneVmRequest>(services)
{
    /// <inheritdoc />
    public override OperationInfo Info { get; } = new(
        TaskKinds.Clone, "vm clone", Privileges.CloneVm, Privileges.CreateVmFromExisting)
    {
        WhenEncrypted = Privileges.CryptoClone, TakesSpace = true, IsNeverGivenUp = true,
    };

    /// <inheritdoc />
    protected override async Task<CloneVmRequest> PrepareAsync(
        Caller caller, VmRow vm, CloneVmRequest request, List<string> asked, CancellationToken ct)
    {
        var policy = request.Policy is null ? null : await policies.FindAsync(request.Policy, ct);
        if (policy is { Encryption: true })
        {
            await RequireAsync(caller, Privileges.EncryptNew, vm, ct);
            asked.Add(Privileges.EncryptNew);
            if (!policy.Strict)
            {
                await strict.RequireAsync(caller, StrictOperation.LoosenPolicy, vm, ct);
            }
        }

        RequestRules.CheckKeys(vm.Name, request.Keys);
        return request with { Policy = policy?.Id };
    }

    /// <summary>
    /// Encrypted objects stay encrypted, under the key of their source unless the request names one; what is plain becomes
    /// encrypted when a policy with encryption is named. The task is the source's and holds the new VM too.
    /// </summary>
    protected override async Task<Begun> BeginAsync(string vmId, Caller caller, CloneVmRequest request, CancellationToken ct)
    {
        VmNames.Check(request.Name);
        var policy = request.Policy is null ? null : await policies.FindAsync(request.Policy, ct);
        var (vm, files, records) = await Vms.WholeAsync(vmId, ct);
        EncryptionRules.RequireWhole(files);
        await hosts.RequireInServiceAsync(vm.HostId, ct);
        bool encrypted = files.Encrypted || files.Disks.Any(d => d.Encrypted);
        if (policy is { Encryption: false } && (encrypted || request.Keys.Count > 0))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.badPolicy", vm.Name,
                $"{policy.Name} has no encryption rule, but "
                    + $"{(encrypted ? $"{vm.Name} is encrypted" : "the request names keys")}.",
                "Name a policy with encryption, or none; the clone can be decrypted afterwards."));
        }

        var target = new VmRow
        {
            Id = Guid.NewGuid().ToString("D"),
            Name = request.Name,
            HostId = vm.HostId,
            ParentId = vm.ParentId,
            Datastore = await datastores.RequireAsync(vm, request.Datastore ?? vm.Datastore, ct),
            State = VmStates.Creating,
            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Epoch = 1,
        };
        if (policy is not null)
        {
            await placement.RequireAsync(policy, target.Datastore, ct);
        }
        else if (target.Datastore != vm.Datastore)
        {
            // The clone gets the policies of its source.
            await placement.RequireAsync(vm.Id, target.Datastore, ct);
        }

        var copies = files.Disks.ToDictionary(d => d.ObjectId, _ => Guid.NewGuid().ToString("D"), StringComparer.Ordinal);
        copies.Add(vm.Id, target.Id);
        var keys = await KeysAsync(caller, vm, files, records, copies, policy, request.Keys, ct);
        if (keys.Count > 0)
        {
            await hostCrypto.EnsureSafeAsync(caller, vm.HostId, ct);
        }

        await Vms.RequireKeysAsync(vm, records, "clone");
        var order = new PreflightRequest(vm, files, PreflightAction.Clone, keys.Count > 0 ? keys[0].Provider : null, files.Disks)
        {
            Target = (vm.HostId, target.Datastore),
        };
        await preflight.RequireAllAsync(
            order, [.. keys.Where(k => records.TrueForAll(r => r.KeyId != k.KeyId || r.Provider != k.Provider))], ct);
        foreach (var key in keys.Where(k => k is { KeyId: not null, Kcv: not null })
            .Select(k => new ExpectedKey(k.Provider, k.KeyId!, k.Kcv!)).Distinct())
        {
            await planner.RequireMayWrapAsync(vm.Name, key, ct);
        }

        var arguments = new VmTaskArguments
        {
            Copies = copies,
            PolicyId = policy?.Id,
            RulesVersion = policy?.RulesVersion ?? 1,
            PolicyObjects = policy is null ? [] : [.. copies.Values],
            Objects = [.. keys.SelectMany(k => k.Objects)],
            Keys = keys,
        };
        return new Begun(vm, request with { CloneId = target.Id, Datastore = target.Datastore, Policy = policy?.Id })
        {
            Plan = arguments,
            Also = async (db, row) =>
            {
                if (await db.Vms.IsTakenAsync(target.Name, ct))
                {
                    throw new FaultException(new Fault(
                        FaultTypes.AlreadyExists, "lorica.vmExists", target.Name, $"A VM {target.Name} exists.",
                        "Choose another name."));
                }

                if (policy is not null)
                {
                    await PolicyUsers.RequireUnchangedAsync(db, policy, ct);
                }

                row.OtherVmId = target.Id;
                target.ParentId = await db.Vms.ParentAsync(vm.Id, ct) ?? vm.ParentId;
                db.Vms.Add(target);
                await named.ClaimAsync(db, row, caller, target, keys, source: vm.Id, ct);
            },
        };
    }

    /// <inheritdoc />
    protected override async Task RunAsync(WorkContext context, CloneVmRequest request, CancellationToken ct)
    {
        var target = context with { Vm = await lookup.FindAsync(request.CloneId, ct) };
        try
        {
            // What an earlier run made is taken as it is.
            var files = context.Resumed ? await steps.FindSurelyAsync(target, ct) : null;
            if (files is null)
            {
                await Resume.RequireAsync(context, halfDone: null, ct);
                if (context is { Resumed: true, Arguments.Objects.Count: > 0 })
                {
                    await hostCrypto.EnsureSafeIfThereAsync(context.Task, context.Vm.HostId, ct);
                }

                files = await CloneAsync(context, target.Vm, ct);
            }

            await creation.SucceedAsync(target, files, ct);
        }
        catch (Exception e) when (!CenterStore.IsFailure(e) && !ct.IsCancellationRequested)
        {
            var fault = e switch
            {
                FaultException f => f.Fault,
                OperationCanceledException => await Tasks.CancelledAsync(context.Task.Id, ct),
                _ => Unforeseen(context, e),
            };
            // The host may have been asked for the job: it must not make a VM after its name is free again.
            await jobs.TakeBackAsync(context, ct);
            await creation.UndoAsync(target, asked: true, fault, ct);
        }
    }

    private Fault Unforeseen(WorkContext context, Exception e)
    {
        LogBroke(log, e, context.Task.Id, context.Vm.Name);
        return Tasks.FaultOf(e, context.Vm.Name, context.Task.Id);
    }

    private async Task<IReadOnlyList<KeyGroup>> KeysAsync(
        Caller caller, VmRow vm, VmFiles files, List<KeyRecordRow> records, Dictionary<string, string> copies,
        StoragePolicy? policy, IReadOnlyList<KeySpec> specs, CancellationToken ct)
    {
        bool all = policy is { Encryption: true };
        var disks = files.Disks.Where(d => all || d.Encrypted).ToList();
        var sources = KeyPlanner.Names(vm, all || files.Encrypted, disks);
        if (specs.Count > 0)
        {
            var targets = sources.ToDictionary(s => s.Key, s => copies[s.Value], StringComparer.Ordinal);
            return await planner.SpreadAsync(
                caller, [vm.Id, copies[vm.Id]], files, targets, specs, n => KeyPlanner.NotChosen(files, n, encrypt: false), ct);
        }

        // The KEK stays: of each object its own, of one that was plain that of VM home, or a new one.
        var known = sources.Values.Select(o => (Object: copies[o], Record: records.Find(r => r.InUse && r.ObjectId == o)))
            .ToList();
        var home = records.Find(r => r.InUse && r.ObjectId == vm.Id);
        List<KeyGroup> groups =
        [
            .. known.Select(k => (k.Object, Record: k.Record ?? home)).Where(k => k.Record is not null)
                .GroupBy(k => (k.Record!.Provider, k.Record.KeyId, k.Record.Kcv)).Select(g => new KeyGroup
                {
                    Objects = [.. g.Select(k => k.Object)], Provider = g.Key.Provider, KeyId = g.Key.KeyId, Kcv = g.Key.Kcv,
                }),
        ];
        if (home is null && known.Where(k => k.Record is null).Select(k => k.Object).ToList() is { Count: > 0 } plain)
        {
            groups.Add(new KeyGroup { Objects = plain, Provider = await providers.DefaultAsync(ct) });
        }

        return groups;
    }

    private async Task<VmFiles> CloneAsync(WorkContext context, VmRow target, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);

        // Step 1
        await Tasks.ProgressAsync(task.Id, "key", 0, 0, ct);
        var keys = await crypto.KeysAsync(context, target, ct);

        // Step 2
        var records = await lookup.RecordsAsync(vm.Id, ct);
        await events.AddAsync(EventIds.CryptoOperation, task.UserName, vm.Name,
            $"{task.UserName}: {task.Kind} of {vm.Name} to {target.Name} ({target.Id}), task {task.Id}; keys: "
            + (keys.Count > 0 ? string.Join(", ", keys.Values.Distinct()) : "none") + (context.Resumed ? "; taken up again" : ""),
            ct);

        // Step 3
        var source = await steps.DescribeAsync(context, ct);
        var start = new JobSpec
        {
            JobId = task.Id, VmId = vm.Id, Epoch = task.Epoch, Kind = HostJobKind.Clone,
            NewVm = SpecOf(context, target, source, keys), Records = KeyRegister.Recorded(records),
        };
        var job = await jobs.RunAsync(context, start, CryptoSteps.Needed(keys, records), _ => false, ct);
        return job is { State: HostJobState.Succeeded, Result: { } files } && files.VmId == target.Id ? files
            : throw new FaultException(job.Fault is { } f ? f
                : new Fault(FaultTypes.SystemError, "lorica.jobFailed", vm.Name, "The job failed without a reason.",
                    "See the host's log."));
    }

    private static NewVmSpec SpecOf(WorkContext context, VmRow target, VmFiles source, Dictionary<string, ExpectedKey> keys)
    {
        string CopyOf(VmDisk disk) => context.Arguments.Copies.GetValueOrDefault(disk.ObjectId, "");
        return new NewVmSpec
        {
            VmId = target.Id, Epoch = 1, Name = target.Name, Datastore = target.Datastore, Cpus = source.Cpus,
            MemoryMib = source.MemoryMib, Firmware = source.Firmware ?? VmFirmware.Bios, HomeKey = VmCreation.KeyOf(keys,
            target.Id),
            Disks =
            [
                .. source.Disks.Select(d => new NewDiskSpec
                {
                    Label = d.Label, Capacity = d.Capacity, Provisioning = d.Provisioning ?? DiskFormat.Thin,
                    ObjectId = CopyOf(d),
                    Key = VmCreation.KeyOf(keys, CopyOf(d)),
                }),
            ],
        };
    }

    [LoggerMessage(2210, LogLevel.Error, "Task {TaskId}, clone of {Vm}, broke")]
    private static partial void LogBroke(ILogger log, Exception e, string taskId, string vm);

    /// <inheritdoc />
    protected override CloneVmRequest FromFirst(FirstTaskArguments first) =>
        new("", first.Datastore, first.PolicyId, [], first.CloneId!);
}
