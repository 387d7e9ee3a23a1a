using System.Text.Json;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Model;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Preflight;
using Lorica.ControlPlane.Store;
using Lorica.ControlPlane.Vms.Queries;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Full clone and relocation.</summary>
internal sealed partial class VmOperations
{
    private static readonly TimeSpan DatastoreTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Begins a full clone. Encrypted objects stay encrypted, under the key of their source unless the request names one; what is
    /// plain becomes encrypted when a policy with encryption is named. The task is the source's and holds the new VM too.
    /// </summary>
    public async Task<TaskRow> CloneAsync(string id, Caller caller, CloneCommand command, CancellationToken ct)
    {
        VmNames.Check(command.Name);
        var policy = command.PolicyId is null ? null : await policies.FindAsync(command.PolicyId, ct);
        var (vm, files, records) = await LookAsync(id, ct);
        RequireWhole(files);
        await hosts.RequireInServiceAsync(vm.HostId, ct);
        bool encrypted = files.Encrypted || files.Disks.Any(d => d.Encrypted);
        if (policy is { Encryption: false } && (encrypted || command.Keys.Count > 0))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.badPolicy", vm.Name,
                $"{policy.Name} has no encryption rule, but "
                    + $"{(encrypted ? $"{vm.Name} is encrypted" : "the request names keys")}.",
                "Name a policy with encryption, or none; the clone can be decrypted afterwards."));
        }

        var target = new VmRow
        {
            Id = Guid.NewGuid().ToString("D"),
            Name = command.Name,
            HostId = vm.HostId,
            ParentId = vm.ParentId,
            Datastore = await DatastoreAsync(vm, command.Datastore ?? vm.Datastore, ct),
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
        var keys = await CloneKeysAsync(caller, vm, files, records, copies, policy, command.Keys, ct);
        if (keys.Count > 0)
        {
            await hostCrypto.EnsureSafeAsync(caller, vm.HostId, ct);
        }

        await RequireKeysAsync(vm, records, "clone", ct);
        var order = new PreflightRequest(vm, files, PreflightAction.Clone, keys.Count > 0 ? keys[0].Provider : null, files.Disks)
        {
            Target = (vm.HostId, target.Datastore),
        };
        await PreflightAsync(
            order, [.. keys.Where(k => records.TrueForAll(r => r.KeyId != k.KeyId || r.Provider != k.Provider))], ct);
        foreach (var key in keys.Where(k => k is { KeyId: not null, Kcv: not null })
            .Select(k => new ExpectedKey(k.Provider, k.KeyId!, k.Kcv!)).Distinct())
        {
            await planner.RequireMayWrapAsync(vm.Name, key, ct);
        }

        var arguments = new VmTaskArguments
        {
            CloneId = target.Id,
            Copies = copies,
            Datastore = target.Datastore,
            PolicyId = policy?.Id,
            RulesVersion = policy?.RulesVersion ?? 1,
            PolicyObjects = policy is null ? [] : [.. copies.Values],
            Objects = [.. keys.SelectMany(k => k.Objects)],
            Keys = keys,
            Asked = command.Asked,
        };
        return await tasks.BeginAsync(
            TaskKinds.Clone, vm, caller, JsonSerializer.Serialize(arguments, StoreJson.Default.VmTaskArguments),
            async (db, row) =>
            {
                if (await db.Vms.AnyAsync(v => v.Name == target.Name, ct))
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
                target.ParentId = await db.Vms.Where(v => v.Id == vm.Id).Select(v => v.ParentId).FirstAsync(ct);
                db.Vms.Add(target);
                await named.ClaimAsync(db, row, caller, target, keys, source: vm.Id, ct);
            },
            ct);
    }

    /// <summary>Begins a relocation.</summary>
    public async Task<TaskRow> RelocateAsync(string id, Caller caller, RelocateCommand command, CancellationToken ct)
    {
        if (command.DiskFormat is not (null or "thin" or "lazyZeroed" or "eagerZeroed"))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.provisioning", id,
                "A disk is thin, lazyZeroed or eagerZeroed.", "Correct the request."));
        }

        var (vm, files, records) = await LookAsync(id, ct);
        RequireWhole(files);
        string datastore = await DatastoreAsync(vm, command.Datastore ?? vm.Datastore, ct);
        var changed = files.Disks.Where(d => RelocateWork.TargetOf(d, command.DiskFormat) != d.Provisioning).ToList();
        if (datastore == vm.Datastore && changed.Count == 0)
        {
            var stays = RelocateWork.NotesOf(files, command.DiskFormat);
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.alreadyThere", vm.Name,
                $"{vm.Name} is on {datastore}, and "
                    + (stays.Count == 0
                        ? "its disks are as they are to be." : $"nothing would change: {string.Join(' ', stays)}"),
                "Name another datastore or disk format."));
        }

        if (datastore != vm.Datastore)
        {
            await placement.RequireAsync(vm.Id, datastore, ct);
        }

        // Ciphertext moves as it is: only what is written anew needs keys.
        if (changed.Count > 0)
        {
            if (records.Exists(r => r.InUse))
            {
                await hostCrypto.EnsureSafeAsync(caller, vm.HostId, ct);
            }

            await RequireKeysAsync(vm, records, "relocate", ct);
        }

        var disks = files.Disks.Select(
            d => new DiskDescription(d) { Provisioning = RelocateWork.TargetOf(d, command.DiskFormat) });
        await preflight.RequireAsync(
            new PreflightRequest(vm, files, PreflightAction.Clone, null, [.. disks]) { Target = (vm.HostId, datastore) }, ct);
        var arguments = new VmTaskArguments { Datastore = datastore, DiskFormat = command.DiskFormat, Asked = command.Asked };
        return await BeginAsync(TaskKinds.Relocate, vm, caller, arguments, ct);
    }

    private async Task<IReadOnlyList<KeyGroup>> CloneKeysAsync(
        Caller caller, VmRow vm, VmDescription files, List<KeyRecordRow> records, Dictionary<string, string> copies,
        StoragePolicy? policy, List<KeySpec> specs, CancellationToken ct)
    {
        bool all = policy is { Encryption: true };
        var disks = files.Disks.Where(d => all || d.Encrypted).ToList();
        var sources = Names(vm, all || files.Encrypted, disks);
        if (specs.Count > 0)
        {
            var targets = sources.ToDictionary(s => s.Key, s => copies[s.Value], StringComparer.Ordinal);
            return await planner.SpreadAsync(
                caller, [vm.Id, copies[vm.Id]], files, targets, specs, n => NotChosen(files, n, encrypt: false), ct);
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

    /// <summary>Off, without snapshots, and not in the middle of something.</summary>
    private static void RequireWhole(VmDescription files)
    {
        EncryptionRules.RequireOff(files);
        EncryptionRules.RequireNoSnapshots(files);
        if (files.PendingJob.Length > 0)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.jobPending", files.Name,
                $"An earlier {files.PendingJob} of {files.Name} was not finished.", "Finish it first: ask for it again."));
        }
    }

    private async Task<string> DatastoreAsync(VmRow vm, string name, CancellationToken ct)
    {
        await hosts.RequireUsableAsync(await hosts.FindAsync(vm.HostId, ct), name, ct);
        try
        {
            var host = await links.Client(vm.HostId).DescribeAsync(
                new DescribeHostRequest(), deadline: time.GetUtcNow().UtcDateTime + DatastoreTimeout, cancellationToken: ct);
            return host.Datastores.Any(d => d.Name == name) ? name
                : throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.datastoreNotFound", name,
                    $"The host of {vm.Name} has no datastore {name}.",
                    $"It has {string.Join(", ", host.Datastores.Select(d => d.Name))}."));
        }
        catch (RpcException e) when (!ct.IsCancellationRequested)
        {
            throw new FaultException(FaultCodec.FromRpc(e, "the host"), e);
        }
    }
}
