using System.Collections.Concurrent;
using Grpc.Core;
using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>VMs and jobs of the fake host.</summary>
internal sealed partial class FakeHost
{
    public ConcurrentDictionary<string, JobDescription> Jobs { get; } = new();

    public ConcurrentQueue<StartJobRequest> Started { get; } = new();

    /// <summary>Jobs wait here before they end.</summary>
    public TaskCompletionSource? HoldJobs { get; set; }

    /// <summary>The lock files of all VMs name another host, whose counter moves.</summary>
    public bool HeldElsewhere { get; set; }

    /// <summary>Jobs end with this fault.</summary>
    public Fault? JobFault { get; set; }

    /// <summary>What a job that fails has done to the files until then.</summary>
    public Action<VmDescription, StartJobRequest>? BeforeJobFails { get; set; }

    /// <summary>Runs when a VM was created, before the answer.</summary>
    public Func<Task>? OnCreated { get; set; }

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

        throw FaultCodec.ToRpc(new Fault(FaultTypes.InvalidArgument, "lorica.importCut", "import", "cut"));
    }

    /// <summary>A broken-in host: what it says of a VM instead of the truth.</summary>
    public Func<VmDescription, VmDescription>? Lies { get; set; }

    public override Task<VmDescription> DescribeVm(VmRequest request, ServerCallContext context)
    {
        var files = Read(Find(request.VmId));
        return Task.FromResult(Lies?.Invoke(files) ?? files);
    }

    public override Task<ListVmsReply> ListVms(ListVmsRequest request, ServerCallContext context)
    {
        var reply = new ListVmsReply();
        reply.Vms.AddRange(Vms.Keys.Select(id => Read(Find(id))));
        return Task.FromResult(reply);
    }

    public override async Task<DeleteVmReply> DeleteVm(VmOperation request, ServerCallContext context)
    {
        await (BeforeLife?.Invoke("delete") ?? Task.CompletedTask);
        TakeEpoch(request.VmId, request.Epoch);
        Vms.TryRemove(request.VmId, out _);
        await (BeforeLife?.Invoke("deleted") ?? Task.CompletedTask);
        return new DeleteVmReply();
    }

    public override Task<VmDescription> PowerOn(PowerOnRequest request, ServerCallContext context)
    {
        TakeEpoch(request.VmId, request.Epoch);
        if (HeldElsewhere && !request.Fenced)
        {
            throw FaultCodec.ToRpc(new Fault(
                FaultTypes.ResourceInUse, "lorica.vmInUse", request.VmId, "another host holds its lock"));
        }

        if (Find(request.VmId).MissingKeys.Count > 0)
        {
            throw FaultCodec.ToRpc(new Fault(
                FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", request.VmId, "key missing"));
        }

        Vms[request.VmId].PowerState = "poweredOn";
        return Task.FromResult(Find(request.VmId));
    }

    public override Task<VmDescription> PowerOff(PowerOffRequest request, ServerCallContext context)
    {
        TakeEpoch(request.VmId, request.Epoch);
        Vms[request.VmId].PowerState = "poweredOff";
        return Task.FromResult(Find(request.VmId));
    }

    public override Task<JobDescription> StartJob(StartJobRequest request, ServerCallContext context)
    {
        TakeEpoch(request.VmId, request.Epoch);
        if (request.Keys.Select(k => k.Key).Append(request.NewKey).Any(k => k is not null && !Keys.ContainsKey(Name(k))))
        {
            throw FaultCodec.ToRpc(new Fault(
                FaultTypes.GenericVmConfigFault, "msg.vigor.enc.keyNotFound", request.VmId, "key missing"));
        }

        Started.Enqueue(request);
        if (InPlace && !Jobs.ContainsKey(request.JobId))
        {
            Begin(Vms[request.VmId], request);
        }

        OnStarted?.Invoke();
        return Task.FromResult(Jobs.GetOrAdd(request.JobId, _ => new JobDescription
        {
            JobId = request.JobId, VmId = request.VmId, Kind = request.Kind, State = "running", BytesTotal = 100,
        }));
    }

    public override async Task WatchJob(
        JobRequest request, IServerStreamWriter<JobDescription> responseStream, ServerCallContext context)
    {
        if (!Jobs.TryGetValue(request.JobId, out var job))
        {
            throw FaultCodec.ToRpc(new Fault(FaultTypes.NotFound, "lorica.jobNotFound", request.JobId, "no such job"));
        }

        if (job.State != "running")
        {
            await responseStream.WriteAsync(job);
            return;
        }

        await responseStream.WriteAsync(new JobDescription(job) { BytesDone = 50, Step = "virtio0:0" });
        if (HoldJobs is { } hold)
        {
            await hold.Task.WaitAsync(context.CancellationToken);
        }

        if (!Jobs.ContainsKey(request.JobId))
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "restarted"));
        }

        if (_cancelled.ContainsKey(request.JobId))
        {
            job = new JobDescription(job)
            {
                State = "failed", Fault = FaultCodec.ToMessage(new Fault(
                    FaultTypes.RequestCanceled, "lorica.cancelled", job.VmId, "cancelled")),
            };
        }
        else if (JobFault is { } fault)
        {
            BeforeJobFails?.Invoke(Vms[job.VmId], Started.Last(s => s.JobId == request.JobId));
            job = new JobDescription(job) { State = "failed", Fault = FaultCodec.ToMessage(fault) };
        }
        else
        {
            Apply(Started.Last(s => s.JobId == request.JobId));
            job = new JobDescription(job) { State = "succeeded", BytesDone = 100 };
        }

        job.Result = Read(Find(
            job.State == "succeeded" && Started.Last(s => s.JobId == request.JobId).NewVm is { } made ? made.VmId : job.VmId));
        job.Result = Lies?.Invoke(job.Result) ?? job.Result;
        Jobs[job.JobId] = job;
        await responseStream.WriteAsync(job);
    }

    private readonly ConcurrentDictionary<string, bool> _cancelled = new();

    public override Task<JobDescription> CancelJob(JobRequest request, ServerCallContext context)
    {
        if (!Jobs.TryGetValue(request.JobId, out var job))
        {
            throw FaultCodec.ToRpc(new Fault(FaultTypes.NotFound, "lorica.jobNotFound", request.JobId, "no such job"));
        }

        if (InPlace && IsInPlace(job.Kind))
        {
            throw FaultCodec.ToRpc(new Fault(FaultTypes.InvalidState, "lorica.tooLate", request.JobId, "It is in place."));
        }

        _cancelled[request.JobId] = true;
        HoldJobs?.TrySetResult();
        return Task.FromResult(job);
    }

    /// <summary>A job ends well while nobody watches, and the host remembers it.</summary>
    public void FinishJob(string id)
    {
        Apply(Started.Last(s => s.JobId == id));
        Jobs[id] = new JobDescription(Jobs[id]) { State = "succeeded", BytesDone = 100 };
    }

    /// <summary>The job ends while nobody watches.</summary>
    public void Finish(StartJobRequest request) => Apply(request);

    private void Apply(StartJobRequest request)
    {
        var vm = Vms[request.VmId];
        vm.PendingJob = "";
        vm.Disks.ToList().ForEach(d => d.Transition = "");
        if (request.NewVm is { } clone)
        {
            if (!Vms.ContainsKey(clone.VmId))
            {
                Create(clone);
            }

            return;
        }

        if (request.Relocate is { } place)
        {
            Relocate(vm, place);
            return;
        }

        if (request.Home)
        {
            var (key, kcv) = KeyOf(request, vm.VmId);
            (vm.Encrypted, vm.Key, vm.Kcv) = (key is not null, key, kcv);
            vm.Generation++;
        }

        foreach (var disk in vm.Disks.Where(d => request.AllDisks || request.Disks.Contains(d.Label)))
        {
            var (key, kcv) = KeyOf(request, disk.ObjectId);
            (disk.Encrypted, disk.Key, disk.Kcv) = (key is not null, key, kcv);
            disk.Generation++;
        }
    }

    private static void Relocate(VmDescription vm, RelocateOrder place)
    {
        vm.Path = $"[{place.Datastore}] {vm.Name}/{vm.Name}.vmx";
        foreach (var disk in vm.Disks)
        {
            disk.Path = $"[{place.Datastore}] {disk.Path.Split("] ")[1]}";
            if (place.Provisioning.Length > 0 && (disk.Provisioning, place.Provisioning) != ("lazyZeroed", "thin")
                && disk.Provisioning != place.Provisioning)
            {
                disk.Provisioning = place.Provisioning;
                disk.Generation += disk.Encrypted ? 1 : 0;
            }
        }
    }

    private VmDescription Create(CreateVmRequest request)
    {
        TakeEpoch(request.VmId, request.Epoch);
        foreach (var key in request.Disks.Select(d => d.Key).Append(request.HomeKey).Where(k => k is not null))
        {
            Assert.True(Keys.ContainsKey(Name(key)), "the key comes before the VM");
        }

        var vm = new VmDescription
        {
            VmId = request.VmId, Name = request.Name, PowerState = "poweredOff", Encrypted = request.HomeKey is not null,
            Key = request.HomeKey,
            Kcv = request.HomeKcv, Path = $"[{request.Datastore}] {request.Name}/{request.Name}.vmx", Cpus = request.Cpus,
            MemoryMib = request.MemoryMib, Generation = 1,
        };
        vm.Disks.AddRange(request.Disks.Select((d, i) => new DiskDescription
        {
            Label = d.Label, Path = $"[{request.Datastore}] {request.Name}/{i}.vmdk", Capacity = d.Capacity,
            Provisioning = d.Provisioning, ObjectId = d.ObjectId,
            Encrypted = d.Key is not null, Key = d.Key, Kcv = d.Kcv, Generation = 1,
        }));
        Vms[request.VmId] = vm;
        return vm.Clone();
    }
}
