using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Platform.Trust;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>
/// VMs of a fake host: files in memory that any host of the test sees, and guests that only have a power state.
/// </summary>
internal abstract class FakeFiles(string id, NodeIdentity identity, string name) : FakeMachine(id, identity, name)
{
    private readonly Dictionary<string, long> _epochs = [];

    public ConcurrentDictionary<string, VmDescription> Vms { get; } = new();

    public ConcurrentDictionary<string, byte[]> Content { get; } = new();

    /// <summary>
    /// Files of VMs that no host has on its list, by path. Share one between hosts that see the same datastore.
    /// </summary>
    public System.Collections.Concurrent.ConcurrentDictionary<string, VmDescription> Unregistered { get; set; } = new();

    /// <summary>A host that sees the same datastore, and so the files of VMs on this one's list.</summary>
    public FakeHost? SharesWith { get; set; }

    /// <summary>
    /// Runs before a VM is registered, unregistered, renamed or its disks change, and after it was unregistered.
    /// </summary>
    public Func<string, Task>? BeforeLife { get; set; }

    /// <summary>RegisterVm refuses with this.</summary>
    public Fault? RefuseRegister { get; set; }

    /// <summary>The lock files of all VMs name another host, whose counter moves.</summary>
    public bool HeldElsewhere { get; set; }

    /// <summary>Runs when a VM was created, before the answer.</summary>
    public Func<Task>? OnCreated { get; set; }

    /// <summary>
    /// VMs that the host is still making, by id: none that it lists, none that it makes a second time, none that it removes yet.
    /// </summary>
    public ConcurrentDictionary<string, VmDescription> Making { get; } = new();

    /// <summary>How often it was asked for one of those, to make or to remove it.</summary>
    public int AskedWhileMaking => Volatile.Read(ref _askedWhileMaking);

    private int _askedWhileMaking;

    /// <summary>The one VM on the host's list is one that it is still making.</summary>
    public void Unmake() => Assert.All(Vms.Keys, id => Making[id] = Vms.TryRemove(id, out var vm) ? vm : new VmDescription());

    /// <summary>It has made them.</summary>
    public void FinishMaking()
    {
        foreach (var (id, vm) in Making)
        {
            Vms[id] = vm;
            Making.TryRemove(id, out _);
        }
    }

    /// <summary>When the last look at a VM is to be answered.</summary>
    public DateTime LookDeadline { get; private set; }

    public override async Task<VmDescription> CreateVm(CreateVmRequest request, ServerCallContext context)
    {
        var made = Create(request);
        await (OnCreated?.Invoke() ?? Task.CompletedTask);
        return made;
    }

    public override async Task<VmDescription> ImportVm(
        IAsyncStreamReader<ImportVmRequest> requestStream, ServerCallContext context)
    {
        CreateVmRequest? vm = null;
        var disks = new List<byte[]>();
        await foreach (var part in requestStream.ReadAllAsync(context.CancellationToken))
        {
            switch (part.PartCase)
            {
                case ImportVmRequest.PartOneofCase.Vm:
                    vm = part.Vm;
                    disks.AddRange(vm.Disks.Select(d => new byte[d.Capacity]));
                    break;
                case ImportVmRequest.PartOneofCase.Data:
                    part.Data.Data.Span.CopyTo(disks[part.Data.Disk].AsSpan((int)part.Data.Offset));
                    break;
                case ImportVmRequest.PartOneofCase.End:
                    var created = Create(vm!);
                    for (int i = 0; i < disks.Count; i++)
                    {
                        Content[vm!.Disks[i].ObjectId] = disks[i];
                    }

                    return created;
                default:
                    break;
            }
        }

        throw Refused(FaultTypes.InvalidArgument, "lorica.invalidArgument", "import");
    }

    /// <summary>A broken-in host: what it says of a VM instead of the truth.</summary>
    public Func<VmDescription, VmDescription>? Lies { get; set; }

    public override Task<VmDescription> DescribeVm(VmRequest request, ServerCallContext context)
    {
        LookDeadline = context.Deadline;
        var files = Read(Find(request.VmId));
        return Task.FromResult(Lies?.Invoke(files) ?? files);
    }

    /// <summary>The VMs that each list was asked about; empty for all.</summary>
    public ConcurrentQueue<IReadOnlyList<string>> Listed { get; } = new();

    public override Task<ListVmsReply> ListVms(ListVmsRequest request, ServerCallContext context)
    {
        var reply = new ListVmsReply();
        Listed.Enqueue([.. request.VmIds]);
        reply.Vms.AddRange(
            Vms.Keys.Where(id => request.VmIds.Count == 0 || request.VmIds.Contains(id)).Select(id => Read(Find(id))));
        return Task.FromResult(reply);
    }

    public override async Task<DeleteVmReply> DeleteVm(VmOperation request, ServerCallContext context)
    {
        await (BeforeLife?.Invoke("delete") ?? Task.CompletedTask);
        RefuseMaking(request.VmId, FaultTypes.ResourceInUse, "lorica.vmBusy");
        RequireOff(Enter(request.VmId, request.Epoch));
        Vms.TryRemove(request.VmId, out _);
        await (BeforeLife?.Invoke("deleted") ?? Task.CompletedTask);
        return new DeleteVmReply();
    }

    public override Task<VmDescription> PowerOn(PowerOnRequest request, ServerCallContext context)
    {
        RequireOff(Find(request.VmId));
        var vm = Enter(request.VmId, request.Epoch);
        if (HeldElsewhere && !request.Fenced)
        {
            throw Refused(FaultTypes.ResourceInUse, "lorica.vmInUse", request.VmId);
        }

        if (Find(request.VmId).MissingKeys.Count > 0)
        {
            throw Refused(FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", request.VmId);
        }

        vm.PowerState = VmPowerState.On;
        return Task.FromResult(Find(request.VmId));
    }

    public override Task<VmDescription> PowerOff(PowerOffRequest request, ServerCallContext context)
    {
        RequireOn(Find(request.VmId));
        Enter(request.VmId, request.Epoch).PowerState = VmPowerState.Off;
        return Task.FromResult(Find(request.VmId));
    }

    /// <summary>Ids of VMs whose reset button was pressed, in order.</summary>
    public ConcurrentQueue<string> Resets { get; } = new();

    /// <summary>Runs inside ResetVm.</summary>
    public Func<Task>? OnReset { get; set; }

    public override async Task<ResetVmReply> ResetVm(ResetVmRequest request, ServerCallContext context)
    {
        RequireOn(Find(request.VmId));
        Resets.Enqueue(request.VmId);
        await (OnReset?.Invoke() ?? Task.CompletedTask);
        return new ResetVmReply();
    }

    /// <summary>By VM id.</summary>
    public ConcurrentDictionary<string, bool> Paused { get; } = new();

    public override Task<PauseVmReply> PauseVm(PauseVmRequest request, ServerCallContext context)
    {
        RequireOn(Find(request.VmId));
        if (request.Paused)
        {
            Paused[request.VmId] = true;
        }
        else
        {
            Paused.TryRemove(request.VmId, out _);
        }

        return Task.FromResult(new PauseVmReply());
    }

    public override async Task ReadConsole(
        ReadConsoleRequest request, IServerStreamWriter<ConsoleChunk> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new ConsoleChunk { Data = ByteString.CopyFromUtf8("login: ") });
        if (request.Follow)
        {
            await Wait.ForeverAsync(context.CancellationToken);
        }
    }

    public override Task<InspectVmReply> InspectVm(InspectVmRequest request, ServerCallContext context)
    {
        var files = Unregistered.GetValueOrDefault(request.Path)
            ?? Vms.Values.Concat(SharesWith?.Vms.Values ?? []).FirstOrDefault(v => v.Path == request.Path)
            ?? throw Refused(FaultTypes.NotFound, "lorica.fileNotFound", request.Path);
        return Task.FromResult(new InspectVmReply { Vm = WithMissing(files) });
    }

    public override async Task<VmDescription> RegisterVm(RegisterVmRequest request, ServerCallContext context)
    {
        await (BeforeLife?.Invoke("register") ?? Task.CompletedTask);
        if (RefuseRegister is { } fault)
        {
            throw FaultCodec.ToRpc(fault);
        }

        if (Vms.TryGetValue(request.VmId, out var known) && known.Path == request.Path)
        {
            TakeEpoch(request.VmId, request.Epoch);
            return Find(request.VmId);
        }

        var files = Unregistered.GetValueOrDefault(request.Path)
            ?? throw Refused(FaultTypes.NotFound, "lorica.fileNotFound", request.Path);
        foreach (var (id, encrypted, key, generation) in files.Disks.Select(d => (d.ObjectId, d.Encrypted, d.Key, d.Generation))
            .Append((files.VmId, files.Encrypted, files.Key, files.Generation)))
        {
            if (!encrypted)
            {
                continue;
            }

            var record = request.Records.FirstOrDefault(r => r.ObjectId == id);
            string? reason = record is null ? "lorica.notRecorded" : !record.Key.Equals(key)
                ? "lorica.wrongKey" : generation < record.Generation ? "lorica.olderThanKnown" : null;
            if (reason is not null)
            {
                throw Refused(FaultTypes.GenericVmConfigFault, reason, request.Path);
            }

            RequireKey(key, request.Path);
        }

        TakeEpoch(request.VmId, request.Epoch);
        Unregistered.TryRemove(request.Path, out _);
        files.Lock = new LockDescription { HostId = Id, Epoch = request.Epoch };
        Vms[request.VmId] = files;
        return Find(request.VmId);
    }

    public override async Task<UnregisterVmReply> UnregisterVm(UnregisterVmRequest request, ServerCallContext context)
    {
        await (BeforeLife?.Invoke("unregister") ?? Task.CompletedTask);
        var files = Enter(request.VmId, request.Epoch);
        RequireOff(files);
        Vms.TryRemove(request.VmId, out _);
        files.Lock = new LockDescription { HostId = Id, Epoch = request.Epoch };
        Unregistered[files.Path] = files;
        await (BeforeLife?.Invoke("unregistered") ?? Task.CompletedTask);
        return new UnregisterVmReply();
    }

    public override async Task<VmDescription> RenameVm(RenameVmRequest request, ServerCallContext context)
    {
        await (BeforeLife?.Invoke("rename") ?? Task.CompletedTask);
        var vm = Enter(request.VmId, request.Epoch);
        RequireKey(vm.Key, vm.Path);
        if (vm.Name != request.Name)
        {
            vm.Name = request.Name;
            vm.Generation++;
        }

        return Find(request.VmId);
    }

    /// <summary>What the host says of a VM, as the real one does while the datastore of its files is away.</summary>
    protected VmDescription Read(VmDescription files) => DatastoreProblem is not { } problem ? files : new VmDescription
    {
        VmId = files.VmId, Name = "web", PowerState = files.PowerState, Path = files.Path, Guest = files.Guest, Unread = true,
        Suspect = FaultCodec.ToMessage(new Fault(
            FaultTypes.InvalidState, "lorica.datastoreNotThere", "ds1", problem,
            "Mount it, or correct the host's configuration.")),
    };

    protected VmDescription Create(CreateVmRequest request)
    {
        foreach (var key in request.Disks.Select(d => d.Key).Append(request.HomeKey))
        {
            RequireKey(key, request.Name);
        }

        RefuseMaking(request.VmId, FaultTypes.AlreadyExists, "lorica.vmExists");
        if (Vms.ContainsKey(request.VmId))
        {
            throw Refused(FaultTypes.AlreadyExists, "lorica.vmExists", request.VmId);
        }

        TakeEpoch(request.VmId, request.Epoch);
        var vm = new VmDescription
        {
            VmId = request.VmId, Name = request.Name, PowerState = VmPowerState.Off, Encrypted = request.HomeKey is not null,
            Key = request.HomeKey,
            Kcv = request.HomeKcv, Path = $"[{request.Datastore}] {request.Name}/{request.Name}.vmx", Cpus = request.Cpus,
            MemoryMib = request.MemoryMib, Firmware = request.Firmware, Generation = 1,
        };
        vm.Disks.AddRange(request.Disks.Select((d, i) => new DiskDescription
        {
            Label = d.Label, Capacity = d.Capacity,
            Links =
            {
                new LinkDescription
                {
                    Path = $"[{request.Datastore}] {request.Name}/{i}.vmdk", Provisioning = d.Provisioning,
                    ObjectId = d.ObjectId, Encrypted = d.Key is not null, Key = d.Key, Kcv = d.Kcv, Generation = 1,
                },
            },
        }));
        Vms[request.VmId] = vm;
        return vm.Clone();
    }

    private void RefuseMaking(string vm, string type, string key)
    {
        if (Making.ContainsKey(vm))
        {
            Interlocked.Increment(ref _askedWhileMaking);
            throw Refused(type, key, vm);
        }
    }

    /// <summary>The VM itself, for a change under <paramref name="epoch"/>.</summary>
    protected VmDescription Enter(string vm, long epoch)
    {
        Find(vm);
        TakeEpoch(vm, epoch);
        return Vms[vm];
    }

    protected static void RequireOff(VmDescription vm)
    {
        if (vm.PowerState == VmPowerState.On)
        {
            throw Refused(FaultTypes.InvalidPowerState, "lorica.powerState", vm.Path);
        }
    }

    private void TakeEpoch(string vm, long epoch)
    {
        lock (_epochs)
        {
            if (epoch < _epochs.GetValueOrDefault(vm))
            {
                throw Refused(FaultTypes.InvalidState, "lorica.staleEpoch", vm);
            }

            _epochs[vm] = epoch;
        }
    }

    protected VmDescription Find(string vm)
    {
        if (!Vms.TryGetValue(vm, out var found))
        {
            throw Refused(FaultTypes.NotFound, "lorica.vmNotFound", vm);
        }

        return WithMissing(found);
    }

    private VmDescription WithMissing(VmDescription found)
    {
        var d = found.Clone();
        d.MissingKeys.AddRange(
            new[] { d.Key }.Concat(d.Disks.Select(x => x.Key)).Where(k => k is not null && !Keys.ContainsKey(Name(k)))
            .Select(k => new KeyFault { Key = k, Reason = KeyReasons.MissingOnHost }));
        return d;
    }

    protected override IReadOnlySet<string> Pinned() => Vms.Values.Where(v => v.PowerState == VmPowerState.On)
        .SelectMany(v => v.Disks.Select(d => d.Key).Append(v.Key)).Where(k => k is not null).Select(Name).ToHashSet();

    private static void RequireOn(VmDescription vm)
    {
        if (vm.PowerState != VmPowerState.On)
        {
            throw Refused(FaultTypes.InvalidPowerState, "lorica.powerState", vm.Path);
        }
    }
}
