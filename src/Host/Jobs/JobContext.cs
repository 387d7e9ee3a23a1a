using Lorica.Disks;
using Lorica.Disks.Locks;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;
using Lorica.Host.Service;

namespace Lorica.Host.Jobs;

/// <summary>What the work of one job stands on; all of it ends with the job.</summary>
internal sealed class JobContext(
    JobSpec order, Job job, VmEntry entry, VmTable table, VmHome home, VmLock? vmLock, KeyLease keys,
    HostLog log) : IAsyncDisposable
{
    public JobSpec Order { get; } = order;

    public Job Job { get; } = job;

    public VmEntry Entry { get; } = entry;

    public VmTable Table { get; } = table;

    public VmHome Home { get; } = home;

    public KeyLease Keys { get; } = keys;

    public HostLog Log { get; } = log;

    /// <summary>Told of durable steps; for tests of what a crash there leaves.</summary>
    public Action<string>? AfterStep { get; init; }

    /// <summary>The VM's folder for the disks library.</summary>
    public DiskFolder Folder { get; } = home.OpenDisks();

    /// <summary>The VM that the job's result describes; null for the one it works on.</summary>
    public Guid? ResultId { get; set; }

    public string About => Home.Registration.DisplayPath;

    /// <summary>The VMX, verified against the record.</summary>
    public OpenedHome OpenHome() => Home.Open(Order.Expectations.Find(Home.Registration.Id), Keys);

    /// <summary>Progress of a disk's job.</summary>
    public IProgress<DiskProgress> Progress => new Reporter(Job);

    /// <summary>The VM's lock; of a running VM the vmx has it, and this is null.</summary>
    public VmLock? Lock => vmLock;

    /// <summary>Cancelled when the right to change the VM was lost; of a running VM the vmx has it.</summary>
    public CancellationToken LockLost => vmLock?.Lease.Lost ?? CancellationToken.None;

    /// <summary>The right to change the VM's files, once it was lost; of a running VM too.</summary>
    public IWriteRight? LostRight => Home.Folder.Right is { IsValid: false } lost ? lost : null;

    /// <summary>
    /// Refuses when the right to the VM's files was lost: before a step that changes nothing in the VM's own folder, but stands
    /// on what was read there.
    /// </summary>
    public void RequireRight()
    {
        if (LostRight is { } lost)
            throw Refuse.WithoutRight(About, lost);
    }

    public async ValueTask DisposeAsync()
    {
        Folder.Dispose();
        if (vmLock is not null)
            await vmLock.DisposeAsync();
        Home.Dispose();
        Keys.Dispose();
    }

    private sealed class Reporter(Job job) : IProgress<DiskProgress>
    {
        public void Report(DiskProgress value) => job.Advance(value.Done);
    }
}
