using System.Collections.Concurrent;
using Grpc.Core;
using Lorica.Contracts;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Platform.Trust;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>
/// A host whose files are in memory, and its jobs. It keeps the contract that the real host is held against, too; what tests set
/// here makes it slow, broken or dishonest.
/// </summary>
internal sealed class FakeHost(string id, NodeIdentity identity, string name = "h1") : FakeDisks(id, identity, name)
{
    private readonly ConcurrentDictionary<string, bool> _cancelled = new();

    public ConcurrentDictionary<string, JobDescription> Jobs { get; } = new();

    public ConcurrentQueue<StartJobRequest> Started { get; } = new();

    /// <summary>Jobs wait here before they end.</summary>
    public TaskCompletionSource? HoldJobs { get; set; }

    /// <summary>Jobs end with this fault.</summary>
    public Fault? JobFault { get; set; }

    /// <summary>What a job that fails has done to the files until then.</summary>
    public Action<VmDescription, StartJobRequest>? BeforeJobFails { get; set; }

    /// <summary>
    /// A job in place marks the VMX, has its first object under the new key and its first disk half way before it is said to
    /// run, is not taken back, and goes on only with the keys that the files name.
    /// </summary>
    public bool InPlace { get; set; }

    /// <summary>Runs when a job was started, before the answer.</summary>
    public Action? OnStarted { get; set; }

    public override Task<JobDescription> StartJob(StartJobRequest request, ServerCallContext context)
    {
        if (Jobs.TryGetValue(request.JobId, out var known))
        {
            return Task.FromResult(known);
        }

        var vm = Enter(request.VmId, request.Epoch);
        if (request.Kind != HostJobKind.RecryptShallow)
        {
            RequireOff(vm);
        }

        foreach (var key in request.Keys.Select(k => k.Key).Append(request.NewKey))
        {
            RequireKey(key, request.VmId);
        }

        Started.Enqueue(request);
        if (InPlace)
        {
            Begin(vm, request);
        }

        OnStarted?.Invoke();
        return Task.FromResult(Jobs.GetOrAdd(request.JobId, _ => new JobDescription
        {
            JobId = request.JobId, VmId = request.VmId, Kind = request.Kind, State = HostJobState.Running, BytesTotal = 100,
        }));
    }

    public override async Task WatchJob(
        JobRequest request, IServerStreamWriter<JobDescription> responseStream, ServerCallContext context)
    {
        if (!Jobs.TryGetValue(request.JobId, out var job))
        {
            throw Refused(FaultTypes.NotFound, "lorica.jobNotFound", request.JobId);
        }

        if (job.State != HostJobState.Running)
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
                State = HostJobState.Failed, Fault = FaultCodec.ToMessage(new Fault(
                    FaultTypes.RequestCanceled, "lorica.cancelled", job.VmId, "cancelled")),
            };
        }
        else if (JobFault is { } fault)
        {
            BeforeJobFails?.Invoke(Vms[job.VmId], Started.Last(s => s.JobId == request.JobId));
            job = new JobDescription(job) { State = HostJobState.Failed, Fault = FaultCodec.ToMessage(fault) };
        }
        else
        {
            Apply(Started.Last(s => s.JobId == request.JobId));
            job = new JobDescription(job) { State = HostJobState.Succeeded, BytesDone = 100 };
        }

        job.Result = Read(Find(
            job.State == HostJobState.Succeeded && Started.Last(s =>
                s.JobId == request.JobId).NewVm is { } made ? made.VmId : job.VmId));
        job.Result = Lies?.Invoke(job.Result) ?? job.Result;
        Jobs[job.JobId] = job;
        await responseStream.WriteAsync(job);
    }

    /// <summary>Runs before a job is taken back.</summary>
    public Action? OnCancel { get; set; }

    public override Task<JobDescription> CancelJob(JobRequest request, ServerCallContext context)
    {
        OnCancel?.Invoke();
        if (!Jobs.TryGetValue(request.JobId, out var job))
        {
            throw Refused(FaultTypes.NotFound, "lorica.jobNotFound", request.JobId);
        }

        if (job.State != HostJobState.Running)
        {
            return Task.FromResult(job);
        }

        if (InPlace && IsInPlace(job.Kind))
        {
            throw Refused(FaultTypes.InvalidState, "lorica.cannotCancel", request.JobId);
        }

        _cancelled[request.JobId] = true;
        HoldJobs?.TrySetResult();
        return Task.FromResult(job);
    }

    public override Task<ListJobsReply> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        var reply = new ListJobsReply();
        reply.Jobs.AddRange(Jobs.Values);
        return Task.FromResult(reply);
    }

    /// <summary>A job ends well while nobody watches, and the host remembers it.</summary>
    public void FinishJob(string id)
    {
        Apply(Started.Last(s => s.JobId == id));
        Jobs[id] = new JobDescription(Jobs[id]) { State = HostJobState.Succeeded, BytesDone = 100 };
    }

    /// <summary>The job ends while nobody watches.</summary>
    public void Finish(StartJobRequest request) => Apply(request);

    private void Apply(StartJobRequest request)
    {
        var vm = Vms[request.VmId];
        vm.PendingJob = UnfinishedWork.Unspecified;
        vm.Disks.ToList().ForEach(d => d.Transition = UnfinishedWork.Unspecified);
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
            if (place.Provisioning != DiskFormat.Unspecified
                && (disk.Provisioning, place.Provisioning) != (DiskFormat.LazyZeroed, DiskFormat.Thin)
                && disk.Provisioning != place.Provisioning)
            {
                disk.Provisioning = place.Provisioning;
                disk.Generation += disk.Encrypted ? 1 : 0;
            }
        }
    }

    protected override void Forget() => Jobs.Clear();

    private static bool IsInPlace(HostJobKind kind) => kind is not (HostJobKind.Clone or HostJobKind.Relocate);

    private static (KeyRef? Key, string Kcv) KeyOf(StartJobRequest request, string id) =>
        request.Kind == HostJobKind.Decrypt ? (null, "")
        : request.Keys.FirstOrDefault(k => k.ObjectId == id) is { } own
        ? (own.Key, own.Kcv) : (request.NewKey, request.NewKcv);

    private void Begin(VmDescription vm, StartJobRequest request)
    {
        if (!IsInPlace(request.Kind))
        {
            return;
        }

        foreach (var held in vm.Disks.Select(d => d.Key).Append(vm.Key))
        {
            RequireKey(held, request.VmId);
        }

        var work = request.Kind switch
        {
            HostJobKind.Encrypt => UnfinishedWork.Encrypt,
            HostJobKind.Decrypt => UnfinishedWork.Decrypt,
            HostJobKind.RecryptShallow => UnfinishedWork.Recrypt,
            HostJobKind.RecryptDeep => UnfinishedWork.Rekey,
            _ => throw Refused(FaultTypes.InvalidArgument, "lorica.argument", "kind"),
        };
        if (vm.PendingJob != UnfinishedWork.Unspecified)
        {
            return;
        }

        vm.PendingJob = work;
        var disk = vm.Disks.FirstOrDefault(d => request.AllDisks || request.Disks.Contains(d.Label));
        if (request.Home && work is UnfinishedWork.Encrypt or UnfinishedWork.Recrypt)
        {
            (vm.Key, vm.Kcv) = KeyOf(request, vm.VmId);
            (vm.Encrypted, vm.Generation) = (true, vm.Generation + 1);
        }

        if (disk is not null && work is UnfinishedWork.Encrypt or UnfinishedWork.Rekey)
        {
            (disk!.Key, disk.Kcv) = KeyOf(request, disk.ObjectId);
            (disk.Encrypted, disk.Generation) = (true, disk.Generation + 1);
        }

        if (disk is not null && work != UnfinishedWork.Recrypt)
        {
            disk.Transition = work;
        }
    }
}
