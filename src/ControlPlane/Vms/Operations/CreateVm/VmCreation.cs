using System.Globalization;
using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Placement;
using Lorica.ControlPlane.Policies;
using Lorica.ControlPlane.Preflight;
using Lorica.ControlPlane.Providers;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tree;
using Lorica.ControlPlane.Vms.Files;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations.CreateVm;

/// <summary>
/// The steps that creating and importing a VM share: take the name, make the key, ask the host, settle or undo.
/// </summary>
internal sealed class VmCreation(
    PolicyCatalog policies, ProviderService providers, HostDirectory hosts, HostClient client, KeyRegister register,
    HostCrypto hostCrypto, InventoryTree tree, TaskStore tasks, HostSteps steps, PlacementService placement,
    PreflightCheck preflight, SpaceRules space, IAuthorizer authorizer, KeyPlanner planner, NamedKeys named, CryptoSteps crypto,
    EventLog events, IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Returns when the caller may make such a VM where it is to be.</summary>
    public async Task AuthorizeAsync(Caller caller, NewVm body, CancellationToken ct)
    {
        var place = ObjectRef.Of(await tree.FindPlaceAsync(body.Folder, ct));
        await authorizer.RequireAsync(caller, Privileges.CreateVm, place, ct);
        if (body.Policy is not null && (await policies.FindAsync(body.Policy, ct)).Encryption)
        {
            await authorizer.RequireAsync(caller, Privileges.EncryptNew, place, ct);
        }
    }

    /// <summary>
    /// Checks everything that can be checked, then takes the name and writes the task, which <paramref name="beforeCommit"/> sees
    /// before anybody else.
    /// </summary>
    public async Task<(WorkContext Context, NewVm Wanted)> BeginAsync(
        OperationInfo info, Caller caller, NewVm body, CancellationToken ct, Action<TaskRow>? beforeCommit = null)
    {
        CreateRules.Check(body);
        var policy = body.Policy is null ? PolicyCatalog.DatastoreDefault : await policies.FindAsync(body.Policy, ct);
        var chosen = body.Host is null ? await placement.ChooseHostAsync(policy, body.Datastore, ct) : null;
        var host = chosen ?? await hosts.FindAsync(body.Host, ct);
        await hosts.RequireInServiceAsync(host.Id, ct);
        await space.RequireAsync(caller, host.Id, ct);
        string datastore = await DatastoreAsync(host, body, policy, ct);
        string id = Guid.NewGuid().ToString("D");
        List<string> disks = [.. body.Disks.Select(_ => Guid.NewGuid().ToString("D"))];
        var keys = await KeysAsync(caller, body, policy, id, disks, ct);
        var arguments = new VmTaskArguments
        {
            PolicyId = policy.Id,
            RulesVersion = policy.RulesVersion,
            PolicyObjects = [id, .. disks],
            Objects = policy.Encryption ? [id, .. disks] : [],
            Provider = keys.Count > 0 ? keys[0].Provider : policy.Encryption ? await providers.DefaultAsync(ct) : null,
            Keys = keys,
        };
        body = body with { Host = host.Name, Datastore = datastore, Policy = policy.Id, DiskObjects = disks };
        var vm = new VmRow
        {
            Id = id,
            Name = body.Name,
            HostId = host.Id,
            ParentId = (await tree.FindPlaceAsync(body.Folder, ct)).Id,
            Datastore = datastore,
            State = VmStates.Creating,
            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        if (arguments.Provider is not null)
        {
            var order = new PreflightRequest(vm, new VmFiles(), PreflightAction.Create, arguments.Provider, []);
            await preflight.RequireAsync(order, ct);
            foreach (var key in keys.Where(k => k.KeyId is not null || k.Provider != order.Provider))
            {
                await preflight.RequireAsync(order with { Provider = key.Provider, KeyId = key.KeyId }, ct);
            }
        }

        try
        {
            List<string> asked = arguments.Provider is null ? [] : [Privileges.EncryptNew];
            arguments = arguments with { Version = VmTaskArguments.Current, Request = RequestJson.Write(body), Asked = asked };
            var task = await tasks.BeginNewAsync(
                info.Kind, vm, caller, info.Needs(asked), arguments,
                async (db, row) =>
                {
                    await PolicyUsers.RequireUnchangedAsync(db, policy, ct);
                    await named.ClaimAsync(db, row, caller, vm, keys, source: null, ct);
                    row.Result = chosen is null ? null : JsonSerializer.Serialize(
                        new TaskNotesModel([$"{vm.Name} goes to host {host.Name}, datastore {datastore}."]),
                        StoreJson.Default.TaskNotesModel);
                    beforeCommit?.Invoke(row);
                },
                ct);
            return (new WorkContext(task, vm, arguments, Resumed: false) { Needs = info.Needs(asked) }, body);
        }
        catch (Exception e) when (CenterStore.IsDuplicate(e))
        {
            throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.vmExists", body.Name,
                $"A VM {body.Name} exists.", "Choose another name."), e);
        }
    }

    /// <summary>Makes the keys if the policy wants some, brings them to the host, and builds what the host is asked.</summary>
    public async Task<NewVmSpec> PrepareAsync(WorkContext context, NewVm body, CancellationToken ct)
    {
        var (task, vm, arguments) = (context.Task, context.Vm, context.Arguments);
        var keys = new Dictionary<string, ExpectedKey>(StringComparer.Ordinal);
        if (arguments.Objects.Count > 0)
        {
            await tasks.ProgressAsync(task.Id, "key", 0, 0, ct);
            await hostCrypto.EnsureSafeAsync(task, vm.HostId, ct);
            keys = await crypto.KeysAsync(context, vm, ct);
            List<ExpectedKey> all = [.. keys.Values.Distinct()];
            await events.AddAsync(EventIds.CryptoOperation, task.UserName, vm.Name,
                $"{task.UserName}: {task.Kind} of {vm.Name} encrypted, task {task.Id}; new key {string.Join(", ", all)}; "
                    + "keys before: none", ct);
            (await grains.GetGrain<IHostGrain>(vm.HostId).DeliverInTimeAsync(all, "create")).ThrowIfMissing(vm.Name);
        }

        return new NewVmSpec
        {
            VmId = vm.Id,
            Epoch = task.Epoch,
            Name = vm.Name,
            Datastore = vm.Datastore,
            Cpus = body.Cpus,
            MemoryMib = body.MemoryMib,
            Firmware = CreateRules.FirmwareOf(body),
            HomeKey = arguments.Objects.Count > 0 ? keys[vm.Id] : null,
            Disks =
            [
                .. body.Disks.Select((d, i) => new NewDiskSpec
                {
                    Label = LabelOf(i), Capacity = d.Capacity, Provisioning = CreateRules.FormatOf(d.Provisioning),
                    ObjectId = body.DiskObjects[i],
                    Key = KeyOf(keys, body.DiskObjects[i]), Data = d.Data,
                }),
            ],
        };
    }

    /// <summary>The key of an object; null when it gets none.</summary>
    public static ExpectedKey? KeyOf(Dictionary<string, ExpectedKey> keys, string objectId) =>
        keys.TryGetValue(objectId, out var key) ? key : null;

    /// <summary>The VM is there: records, policy, end of the task in one transaction.</summary>
    public async Task SucceedAsync(WorkContext context, VmFiles files, CancellationToken ct)
    {
        var (task, vm) = (context.Task, context.Vm);
        if (RecordCheck.UnreadableOf(files) is { } why)
        {
            files = await steps.FindSurelyAsync(context, ct) ?? throw new FaultException(why);
        }

        await VerifyAsync(context, files, ct);
        byte[] snapshot = KeptDescriptions.Keep(files);
        await tasks.SucceedAsync(
            task.Id,
            async db =>
            {
                await register.SettleAsync(db, files, mayWeaken: false, task.UserName, vm.Name, ct);
                await db.KeyRecords.ForgetPlacesAsync([.. files.Disks.Select(d => d.Path)], ct);
                await PolicySteps.AssociateAsync(db, context, ct);
                await db.Vms.SetPresentAsync(vm.Id, snapshot, ct);
                events.Add(db, EventIds.VmCreated, task.UserName, vm.Name,
                    $"{task.UserName}: {task.Kind} of {vm.Name} ({vm.Id}).");
            },
            ct);
    }

    /// <summary>Nothing came of it: the name is free again, a key that was made is an orphan.</summary>
    public async Task FailAsync(WorkContext context, Fault fault)
    {
        var (task, vm) = (context.Task, context.Vm);
        List<ExpectedKey> unused = [];
        await tasks.FailAsync(
            task.Id, fault,
            async db =>
            {
                unused = await register.RetireAllAsync(db, vm.Id, task.UserName, vm.Name, CancellationToken.None);
                await db.Vms.RemoveAsync(vm.Id, CancellationToken.None);
            },
            CancellationToken.None);
        if (unused.Count > 0)
        {
            await grains.GetGrain<IHostGrain>(vm.HostId).ReleaseAsync(unused);
        }
    }

    /// <summary>A VM that was to be encrypted and is not must never count as created: who asked for it removes it.</summary>
    private async Task VerifyAsync(WorkContext context, VmFiles files, CancellationToken ct)
    {
        if (files.VmId != context.Vm.Id)
        {
            throw new FaultException(new Fault(FaultTypes.SystemError, HostReplies.OtherKey, context.Vm.Name,
                $"The host was asked for {context.Vm.Name} and answered about another VM.",
                "Nothing of it was believed. Look at that host."));
        }

        foreach (string id in context.Arguments.Objects)
        {
            if (id == context.Vm.Id
                ? !files.Encrypted
                : files.Disks.FirstOrDefault(d => d.ObjectId == id) is not { Encrypted: true })
            {
                throw new FaultException(new Fault(FaultTypes.GenericVmConfigFault, "lorica.jobResult", files.Path,
                    $"The host made {context.Vm.Name} without the encryption that was asked for.", "See the host's log."));
            }
        }
    }

    /// <summary>
    /// Ends the task; what the host was <paramref name="asked"/> for is removed there first, since the name is about to be free
    /// again and the host must not keep a VM of it that nobody knows.
    /// <code>
    /// removed, or not there ───────────────────────────────► row and records go
    /// not heard, still at work, datastore not there ───────► asked again
    /// refused ─────────────────────────────────────────────► row and records stay; the task says what is left
    /// </code>
    /// </summary>
    public async Task UndoAsync(WorkContext context, bool asked, Fault fault, CancellationToken ct)
    {
        while (!await TryUndoAsync(context, asked, fault, ct))
        {
            await Task.Delay(Pause, time, ct);
        }
    }

    /// <summary>The same, once; false when the host cannot be told, or is still at work, and is to be asked again.</summary>
    public async Task<bool> TryUndoAsync(WorkContext context, bool asked, Fault fault, CancellationToken ct)
    {
        var vm = context.Vm;
        try
        {
            if (asked)
            {
                // False is as good: it is not there.
                await client.Once(vm.HostId).Vms.DeleteAsync(
                    new VmEdit(vm.Id, Math.Max(context.Task.Epoch, vm.Epoch), Records: []), ct);
            }
        }
        catch (FaultException e) when (HostFailures.IsOfHost(e) && !ct.IsCancellationRequested)
        {
            if (HostFailures.IsRefused(e) && !Passes(e.Fault))
            {
                await tasks.FailAsync(context.Task.Id, Standing(vm, fault, e.Fault), also: null, CancellationToken.None);
                return true;
            }

            await tasks.ProgressAsync(
                context.Task.Id, HostFailures.IsRefused(e) ? JobDriver.Waiting(e.Fault.Message) : "waiting for the host", 0, 0,
                ct);
            return false;
        }

        await FailAsync(context, fault);
        return true;
    }

    /// <summary>Whether a refusal to remove a VM passes by itself: somebody works on it, or its datastore is away.</summary>
    private static bool Passes(Fault refusal) =>
        refusal.Type == FaultTypes.ResourceInUse || refusal.Key is "lorica.jobUnderWay" or "lorica.datastoreNotThere";

    private static Fault Standing(VmRow vm, Fault fault, Fault kept) => fault with
    {
        Message = $"{fault.Message} What the host has of {vm.Name} could not be removed and stays, with its records and its name"
            + $": {kept.Message}",
        Hint = $"{(kept.Hint.Length > 0 ? kept.Hint + " Then r" : "R")}emove it: lorica vm rm {vm.Name}",
    };

    /// <summary>The keys that a request names; none: one new key for all.</summary>
    private async Task<IReadOnlyList<KeyGroup>> KeysAsync(
        Caller caller, NewVm body, StoragePolicy policy, string home, List<string> disks, CancellationToken ct)
    {
        var specs = body.Keys ?? [];
        if (specs.Count == 0)
        {
            return [];
        }

        if (!policy.Encryption)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.badPolicy", body.Name,
                $"The request names keys, but \"{policy.Name}\" has no encryption rule.",
                "Choose a policy that says what the request says."));
        }

        var files = new VmFiles
        {
            Name = body.Name, Disks = [.. disks.Select((_, i) => new VmDisk { Label = LabelOf(i), Links = [new VmDiskLink()] })],
        };
        var objects = disks.Select((id, i) => (Label: LabelOf(i), Id: id))
            .ToDictionary(d => d.Label, d => d.Id, StringComparer.Ordinal);
        objects.Add(KeySpec.Home, home);

        // Every object of a new VM gets a key: none can be refused.
        return await planner.SpreadAsync(
            caller, [home], files, objects, specs, n => throw new InvalidOperationException($"{n} gets no key."), ct);
    }

    private static string LabelOf(int disk) => string.Create(CultureInfo.InvariantCulture, $"virtio0:{disk}");

    private async Task<string> DatastoreAsync(HostRow host, NewVm body, StoragePolicy policy, CancellationToken ct)
    {
        var description = await client.Once(host.Id).Admin.DescribeAsync(ct);
        await hosts.RequireUsableAsync(host, body.Datastore, ct);
        var usable = description.Datastores.Where(d => d.Problem.Length == 0).ToList();
        return await placement.ChooseAsync(policy, usable, body.Datastore, host.Name, ct);
    }
}
