using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tree;
using Lorica.ControlPlane.Vms.Files;
using Lorica.ControlPlane.Vms.Queries;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.RegisterVm;

/// <summary>Begins registering a VM.</summary>
internal sealed class VmRegistration(
    RegisterVmWork work, TaskStore tasks, HostDirectory hosts, HostClient client, InventoryTree tree, IAuthorizer authorizer,
    IGrainFactory grains, CenterStore store, VmLook look, IncomingRules coming, HostCrypto hostCrypto, EventLog events,
    TimeProvider time)
{
    /// <summary>
    /// Registers a VM from files that are there already. What they name is only believed after somebody with the privilege said
    /// so, the KMS was found to hold those very keys, and the host opened the files with them:
    /// <code>
    /// 1 privilege to register in the folder
    /// 2 the host reads the files, unverified: which VM, which objects, which keys
    /// 3 privilege for encrypted VMs, and for what the caller accepts; the name is free; each object may come (IncomingRules);
    ///   the host is in encryption mode, or the caller may put it there
    /// 4 one transaction: name taken, records usable for this one host, task, audit
    /// 5 the work: keys delivered, files verified, registered; or all of it withdrawn
    /// </code>
    /// </summary>
    public async Task<string> RegisterAsync(Caller caller, RegisterVmRequest body, CancellationToken ct)
    {
        // Step 1
        var folder = await tree.FindPlaceAsync(body.Folder, ct);
        var place = ObjectRef.Of(folder);
        await authorizer.RequireAsync(caller, Privileges.RegisterVm, place, ct);

        // Step 2
        var (host, files) = await FindFilesAsync(body, ct);
        bool encrypted = files.Encrypted || files.Disks.Any(d => d.Encrypted);

        // Step 3; a VM that is not in the inventory has no policy that could say that it is not strict
        List<string> asked =
        [
            .. encrypted || body.AcceptOlder ? [Privileges.CryptoRegisterVm] : Array.Empty<string>(),
            .. body.AcceptOlder ? [Privileges.Decrypt] : Array.Empty<string>(),
            .. body.AcceptChanged ? [Privileges.CryptoAccess] : Array.Empty<string>(),
        ];
        foreach (string privilege in asked)
        {
            await authorizer.RequireAsync(caller, privilege, place, ct);
        }

        if (body.Fenced)
        {
            await hosts.RequireFencingAsync(caller, host.Id, ct);
        }

        await hosts.RequireInServiceAsync(host.Id, ct);
        if (body.Name is { } name && name != files.Name)
        {
            throw RequestRules.Invalid("lorica.registerName", files.Name,
                $"{files.Path} is the VM {files.Name}; a VM is registered under its own name. Rename it afterwards.");
        }

        RequireRegistrable(files);
        VmNames.CheckBrought(files.Name);
        var known = await RequireNewAsync(files, ct);
        var plans = new List<RecordPlan>();
        var consent = new IncomingConsent(body.AcceptOlder, body.AcceptChanged);
        foreach (var o in Objects(files))
        {
            if (await coming.JudgeAsync(caller, o, consent, ct) is { } plan)
            {
                plans.Add(plan);
            }
        }

        if (plans.Count > 0)
        {
            await hostCrypto.EnsureSafeAsync(caller, host.Id, ct);
        }

        // Steps 4 and 5
        var task = await BeginRegisterAsync(caller, body, folder, host, files, known, plans, asked, ct);
        await grains.GetGrain<IVmGrain>(files.VmId).ResumeAsync();
        return task.Id;
    }

    private async Task<TaskRow> BeginRegisterAsync(
        Caller caller, RegisterVmRequest body, ContainerRow folder, HostRow host, VmFiles files, KnownVmRow? known,
        List<RecordPlan> plans, List<string> asked, CancellationToken ct)
    {
        var encrypted = plans.Select(p => p.ObjectId).ToList();
        var arguments = new VmTaskArguments
        {
            PolicyId = plans.Count > 0 ? PolicyCatalog.Encryption.Id : PolicyCatalog.DatastoreDefault.Id,
            PolicyObjects = plans.Count > 0 ? encrypted : [files.VmId, .. files.Disks.Select(d => d.ObjectId)],
            Request = RequestJson.Write(body with { Path = files.Path, Host = host.Id, Folder = folder.Id, Records = plans }),
            Asked = asked,
            Path = files.Path,
        };
        var vm = new VmRow
        {
            Id = files.VmId, Name = files.Name, HostId = host.Id, ParentId = folder.Id, Datastore = DatastoreOf(files.Path),
            State = VmStates.Registering,
            Epoch = Math.Max(known?.Epoch ?? 0, files.Lock?.Epoch ?? 0), CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        if (vm.Epoch > long.MaxValue / 2)
        {
            throw RequestRules.Invalid(
                "lorica.lockFile", files.Path, $"The lock file of {files.Path} has an epoch that no operation ever had.");
        }

        try
        {
            return await tasks.BeginNewAsync(
                work.Info.Kind, vm, caller, work.Info.Needs(asked), arguments,
                async (db, task) =>
                {
                    if (body.Fenced)
                    {
                        await BeginCheck.RequireAsync(db, caller, Privileges.HostConnection, ObjectRef.Of(host), time, ct);
                        events.Add(db, EventIds.VmFenced, caller.User, vm.Name,
                            $"{caller.User} registers {vm.Name} ({vm.Id}) and says that the host that held it before is cut off "
                                + $"for good; task {task.Id}.");
                    }

                    await FolderRules.RequireFreeAsync(db, vm, files.Path, ct);
                    await coming.ClaimAsync(
                        db, task, caller, Objects(files), new IncomingConsent(body.AcceptOlder, body.AcceptChanged), plans, ct);
                    if (plans.Count > 0)
                    {
                        events.Add(db, EventIds.CryptoOperation, caller.User, vm.Name,
                            $"{caller.User}: {TaskKinds.Register} of {vm.Name} ({vm.Id}) on host {host.Name}, task {task.Id}; "
                                + "keys named by its files: "
                            + string.Join(", ", plans.Select(p => p.Key.ToString()).Distinct(StringComparer.Ordinal))
                            + (body.AcceptOlder ? "; older files accepted" : "")
                            + (body.AcceptChanged ? "; changed files accepted" : ""));
                    }
                },
                ct);
        }
        catch (Exception e) when (CenterStore.IsDuplicate(e))
        {
            throw new FaultException(
                new Fault(FaultTypes.AlreadyExists, "lorica.vmExists", vm.Name, $"A VM {vm.Name} exists.", "Rename one of them."),
                e);
        }
    }

    /// <summary>The files as a host reads them: the named host, or the first that sees them.</summary>
    private async Task<(HostRow Host, VmFiles Files)> FindFilesAsync(RegisterVmRequest body, CancellationToken ct)
    {
        var candidates = body.Host is { } named ? [await hosts.FindAsync(named, ct)]
            : await store.ReadAsync(db => db.Hosts.ConnectedAsync(ct), ct);
        Fault? refused = null;
        foreach (var host in candidates)
        {
            try
            {
                return (host, await client.Once(host.Id, HostDeadlines.Look).Vms.ReadAsync(body.Path, ct));
            }
            catch (FaultException e) when (HostFailures.IsOfHost(e) && !ct.IsCancellationRequested)
            {
                refused ??= e.Fault;
            }
        }

        throw new FaultException(
            refused ?? new Fault(
                FaultTypes.HostCommunication, "lorica.noHost", body.Path, "No host is connected.", "See `lorica host ls`."));
    }

    private async Task<KnownVmRow?> RequireNewAsync(VmFiles files, CancellationToken ct)
    {
        if (await store.ReadAsync(db => db.Vms.FindAsync(files.VmId, ct), ct) is { } other)
        {
            throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.objectRegistered", files.Path,
                $"{files.Path} is the VM {files.VmId}, which is registered as {other.Name}.",
                "Unregister that one first, or clone it."));
        }

        await look.RequireFreeNameAsync(files.Name, ct);
        return await store.ReadAsync(db => db.KnownVms.FindAsync(files.VmId, ct), ct);
    }

    private static List<IncomingObject> Objects(VmFiles files) =>
        [IncomingObject.Home(files), .. files.Disks.Select(d => IncomingObject.Disk(d, files.VmId))];

    private static void RequireRegistrable(VmFiles files)
    {
        if (!Guid.TryParseExact(files.VmId, "D", out _)
            || files.Disks.Any(d => (d.Encrypted || d.ObjectId.Length > 0) && !Guid.TryParseExact(d.ObjectId, "D", out _))
            || files.Disks.Select(d => d.ObjectId).Append(files.VmId).Where(id => id.Length > 0)
                .GroupBy(id => id, StringComparer.Ordinal).Any(g => g.Count() > 1))
        {
            throw RequestRules.Invalid("lorica.objectId", files.Path,
                $"{files.Path} names the VM or a disk by an id that none has, or two of them by one.");
        }

        // What the host's own keys could verify already: a file that is broken, or another VM's.
        if (RecordCheck.SuspectOf(files) is { } suspect)
        {
            throw new FaultException(suspect);
        }

        if (files.PendingJob is not null || files.Disks.Any(d => d.Transition is not null))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.jobPending", files.Path,
                $"A job ({files.PendingJob?.Word()}) on {files.Path} was not finished.",
                "Finish it where the VM was registered before."));
        }

        if (!files.Encrypted && files.Disks.FirstOrDefault(d => d.Encrypted) is { } disk)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidVmConfig, "msg.hostd.configSpec.enc.mismatch", disk.Path,
                $"{disk.Path} is encrypted, but the home of {files.Name} is not.", "Put the right files back."));
        }
    }

    private static string DatastoreOf(string path) => path[1..path.IndexOf(']', StringComparison.Ordinal)];
}
