using System.Collections.Concurrent;
using Lorica.Host.Home;
using Lorica.Host.Refusals;

namespace Lorica.Host.Registry;

/// <summary>The VMs of this process: registry entries with their gates.</summary>
internal sealed class VmTable(VmRegistry registry, Datastores datastores, WriterIdentity me, TimeProvider time)
{
    private readonly ConcurrentDictionary<Guid, VmEntry> _entries = new();

    public VmRegistry Registry { get; } = registry;

    public Datastores Datastores { get; } = datastores;

    /// <summary>This host, as locks name it.</summary>
    public string HostId => me.HostId;

    /// <summary>All VMs that stand (not those being made).</summary>
    public IEnumerable<(VmRegistration Registration, VmEntry Entry)> List() =>
        Registry.List().Where(r => !r.Pending).Select(r => (r, EntryOf(r.Id)));

    /// <summary>A VM by the id in a request.</summary>
    public (VmRegistration Registration, VmEntry Entry) Find(string vmId)
    {
        var registration = Guid.TryParseExact(vmId, "D", out var id) ? Registry.Find(id) : null;
        return registration is { Pending: false } ? (registration, EntryOf(id)) : throw Refuse.NotFound(vmId);
    }

    /// <summary>The home of a VM, opened.</summary>
    public VmHome OpenHome(VmRegistration registration) => new(registration, Datastores.PathOf(registration.Datastore));

    /// <summary>The lock of a VM, under the epoch of the operation that was let in last.</summary>
    public Task<VmLock> LockAsync(VmHome home, CancellationToken ct, bool fenced = false) =>
        LockAsync(home, EpochOf(home), fenced, ct);

    /// <summary>The lock of a VM under an epoch.</summary>
    public Task<VmLock> LockAsync(VmHome home, long epoch, bool fenced, CancellationToken ct) =>
        VmLock.TakeAsync(home, me, epoch, fenced, time, ct);

    /// <summary>
    /// The lock for removing what this host left behind, under the epoch that it knows; see <see cref="VmLock.TakeOwn"/>.
    /// </summary>
    public VmLock? LockOwn(VmHome home) => VmLock.TakeOwn(home, me, EpochOf(home), time);

    /// <summary>The epoch of the operation that was let in last.</summary>
    public long EpochOf(VmHome home) => Registry.Find(home.Registration.Id)?.Epoch ?? home.Registration.Epoch;

    /// <summary>Forgets the gate of a VM that is gone.</summary>
    public void Forget(Guid id) => _entries.TryRemove(id, out _);

    /// <summary>The gate of a VM, also of one that does not stand (yet).</summary>
    public VmEntry EntryOf(Guid id) => _entries.GetOrAdd(id, static i => new VmEntry(i));
}
