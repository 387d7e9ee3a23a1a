using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.Host.Files;
using Lorica.Host.Power;
using Lorica.Host.Refusals;

namespace Lorica.Host.Registry;

/// <summary>
/// Which VMs this host has, the uid of each and the highest epoch seen: one durable file per VM in <c>STATE/registry</c>,
/// replaced whole. A crash leaves each file as before or after its change. The VM itself is its files on the datastore, never
/// this.
/// </summary>
/// <remarks>
/// A change that fails has not happened, neither here nor on disk: when the failure came after the new file had its name (only
/// the sync of the folder is left then, and either file may survive a power cut), the former entry is written again before the
/// failure is told. Where that fails too nobody knows what the next start finds; the refusal says so
/// (<c>lorica.registryNotWritable</c>), and nothing in the registry is changed any more, nor removed on its word, until the
/// former entry could be written: each change tries that first.
/// </remarks>
internal sealed class VmRegistry : IDisposable
{
    private const int MaximumBytes = 16 * 1024;

    // With the longest of names, each character escaped, an entry stays below that.
    private const int MaximumNotes = 4;
    private const string Ending = ".json";

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, VmRegistration> _entries = [];

    // VMs of which nobody knows whether the disk has the entry that is here. While there is one, nothing is written but this.
    private readonly HashSet<Guid> _uncertain = [];

    // VMs that are being made by this process. What is pending and not among them was left behind by one that failed.
    private readonly HashSet<Guid> _making = [];
    private readonly Folder _folder;
    private readonly uint _uidBase, _uidCount;

    /// <summary>Reads the registry, making its folder if there is none.</summary>
    public VmRegistry(string stateFolder, uint uidBase, uint uidCount)
    {
        string path = Path.Combine(stateFolder, "registry");
        Directory.CreateDirectory(path);
        _folder = Folder.Open(path);
        (_uidBase, _uidCount) = (uidBase, uidCount);
        Damaged = Load();
    }

    /// <summary>
    /// Files that could not be read at start; their VMs are not there, and the files stay for a person to look at.
    /// </summary>
    public IReadOnlyList<string> Damaged { get; }

    /// <summary>Whether a change failed and could not be taken back: the disk may say something else than this.</summary>
    public bool IsUncertain
    {
        get
        {
            lock (_gate)
                return _uncertain.Count > 0;
        }
    }

    /// <summary>For tests: told between a change that failed and the writing of the former entry.</summary>
    internal Action? BeforePuttingBack { get; set; }

    /// <summary>All VMs, also those being made.</summary>
    public IReadOnlyList<VmRegistration> List()
    {
        lock (_gate)
            return [.. _entries.Values.OrderBy(e => e.Folder, StringComparer.Ordinal)];
    }

    /// <summary>One VM, or null.</summary>
    public VmRegistration? Find(Guid id)
    {
        lock (_gate)
            return _entries.GetValueOrDefault(id);
    }

    /// <summary>
    /// Registers a VM that is about to be made, and gives it a uid of its own. A folder that another VM has is refused.
    /// </summary>
    public VmRegistration Reserve(Guid id, string datastore, string folder, string file, long epoch) =>
        Reserve(id, datastore, taken => taken.Contains(folder) ? throw FolderTaken(datastore, folder) : (folder, file), epoch);

    /// <summary>
    /// The same with a folder chosen in one step with registering it, so that two VMs that are made at once never get the same
    /// one. <paramref name="choose"/> is given the folders that VMs have on the datastore, compared without case.
    /// </summary>
    public VmRegistration Reserve(
        Guid id, string datastore, Func<IReadOnlySet<string>, (string Folder, string File)> choose, long epoch)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(id, out var existing))
            {
                throw Refuse.With(FaultTypes.AlreadyExists, "lorica.vmExists", id.ToString(),
                    $"This host already has the VM {id} as {existing.DisplayPath}.", "Use another id.");
            }

            var (folder, file) = choose(
                _entries.Values.Where(e => e.Datastore == datastore)
                    .Select(e => e.Folder).ToHashSet(StringComparer.OrdinalIgnoreCase));
            var entry = new VmRegistration
            {
                Id = id, Datastore = datastore, Folder = folder, File = file, Epoch = epoch, Pending = true,
                Uid = FreeUid_NeedsLock(),
            };
            Write_NeedsLock(entry);
            _making.Add(id);
            return entry;
        }
    }

    /// <summary>
    /// Whether the VM is pending and nobody in this process makes it: what is left of it can be removed. Nobody begins to make it
    /// anew as long as its entry is there.
    /// </summary>
    public bool IsLeft(Guid id)
    {
        lock (_gate)
            return _entries.GetValueOrDefault(id) is { Pending: true } && !_making.Contains(id);
    }

    /// <summary>Who made the VM is done with it: it stands, is gone, or its entry stays as what is left of it.</summary>
    public void EndMaking(Guid id)
    {
        lock (_gate)
            _making.Remove(id);
    }

    /// <summary>
    /// Registers a VM whose files are there already: it stands at once, and no crash ever removes its files. The same again keeps
    /// its uid.
    /// </summary>
    public VmRegistration Take(Guid id, string datastore, string folder, string file, long epoch)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(id, out var existing)
                && (existing.Datastore, existing.Folder, existing.File) != (datastore, folder, file))
            {
                throw Refuse.With(FaultTypes.AlreadyExists, "lorica.vmExists", id.ToString(),
                    $"This host already has the VM {id} as {existing.DisplayPath}.", "Unregister that one first.");
            }

            if (_entries.Values.Any(
                e => e.Id != id && e.Datastore == datastore && e.Folder.Equals(folder, StringComparison.OrdinalIgnoreCase)))
            {
                throw FolderTaken(datastore, folder);
            }

            var entry = existing ?? new VmRegistration
            {
                Id = id, Datastore = datastore, Folder = folder, File = file, Epoch = epoch, Uid = FreeUid_NeedsLock(),
            };
            Write_NeedsLock(entry with { Epoch = Math.Max(epoch, entry.Epoch), Pending = false, Removing = false });
            return _entries[id];
        }
    }

    /// <summary>The VM stands: from here on a crash keeps it.</summary>
    public VmRegistration Commit(Guid id)
    {
        lock (_gate)
        {
            var entry = _entries[id] with { Pending = false };
            Write_NeedsLock(entry);
            return entry;
        }
    }

    /// <summary>
    /// Refuses an epoch lower than the highest seen, and keeps a higher one before anything is done under it. A removal that
    /// failed under an earlier one is not gone on with: somebody has come to do something else with the VM.
    /// </summary>
    /// <param name="id">The VM.</param>
    /// <param name="epoch">Of the operation that is to be let in.</param>
    /// <param name="name">The VM, for a refusal.</param>
    /// <param name="removal">Whether the operation is a removal: it goes on with an earlier one.</param>
    public void Advance(Guid id, long epoch, string name, bool removal = false)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(id, out var entry))
                throw Refuse.NotFound(id.ToString());
            if (epoch < entry.Epoch)
                throw Refuse.StaleEpoch(name, epoch, entry.Epoch);
            if (epoch > entry.Epoch)
                Write_NeedsLock(entry with { Epoch = epoch, Removing = entry.Removing && removal });
        }
    }

    /// <summary>Keeps whether a decrypt job of this host made the VM's home plain.</summary>
    public void RememberDecrypted(Guid id, bool decrypted)
    {
        lock (_gate)
        {
            if (_entries[id].Decrypted != decrypted)
                Write_NeedsLock(_entries[id] with { Decrypted = decrypted });
        }
    }

    /// <summary>Keeps that the VM's files are being removed.</summary>
    public void RememberRemoving(Guid id)
    {
        lock (_gate)
        {
            Settle_NeedsLock();
            if (!_entries[id].Removing)
                Write_NeedsLock(_entries[id] with { Removing = true });
        }
    }

    /// <summary>Keeps which folders are to be removed.</summary>
    public void RememberLeftovers(Guid id, IReadOnlyList<VmLeftover> leftovers)
    {
        lock (_gate)
            Write_NeedsLock(_entries[id] with { Leftovers = leftovers });
    }

    /// <summary>The disk of this name whose change was begun; null when none was, or it has ended.</summary>
    public NotedDisk? NotedDiskOf(Guid id, string name) => Find(id)?.Disks?.FirstOrDefault(d => d.Name == name);

    /// <summary>
    /// Keeps which disk's files are about to be moved or removed; the oldest note goes when there are too many.
    /// </summary>
    public void RememberDisk(Guid id, NotedDisk disk)
    {
        lock (_gate)
        {
            var others = Others_NeedsLock(id, disk.Name).TakeLast(MaximumNotes - 1);
            Write_NeedsLock(_entries[id] with { Disks = [.. others, disk] });
        }
    }

    /// <summary>The change of that disk has ended.</summary>
    public void ForgetDisk(Guid id, string name)
    {
        lock (_gate)
        {
            if (NotedDiskOf(id, name) is not null)
                Write_NeedsLock(_entries[id] with { Disks = Others_NeedsLock(id, name) is { Count: > 0 } rest ? rest : null });
        }
    }

    private List<NotedDisk> Others_NeedsLock(Guid id, string name) =>
        [.. (_entries[id].Disks ?? []).Where(d => d.Name != name)];

    /// <summary>
    /// A folder for a VM on a datastore, by <paramref name="choose"/>, which is given the folders that VMs have there.
    /// </summary>
    public string ChooseFolder(string datastore, Func<IReadOnlySet<string>, string> choose)
    {
        lock (_gate)
        {
            return choose(
                _entries.Values.Where(e => e.Datastore == datastore)
                    .Select(e => e.Folder).ToHashSet(StringComparer.OrdinalIgnoreCase));
        }
    }

    /// <summary>
    /// The VM is in another folder from now on, and the one that it was in is a leftover: one durable write, the commit point of
    /// a relocation.
    /// </summary>
    public VmRegistration Move(Guid id, string datastore, string folder)
    {
        lock (_gate)
        {
            var old = _entries[id];
            if (_entries.Values.Any(
                e => e.Id != id && e.Datastore == datastore
                    && string.Equals(e.Folder, folder, StringComparison.OrdinalIgnoreCase)))
            {
                throw FolderTaken(datastore, folder);
            }

            var moved = old with
            {
                Datastore = datastore,
                Folder = folder,
                Leftovers = [new VmLeftover(old.Datastore, old.Folder, Own: false)],
            };
            Write_NeedsLock(moved);
            return moved;
        }
    }

    /// <summary>Forgets a VM.</summary>
    public void Remove(Guid id)
    {
        lock (_gate)
        {
            Change_NeedsLock(id, null);
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Returns when everything is on disk as it is known here: until then another start of the host may find another entry, so
    /// nothing may be removed because of this one.
    /// </summary>
    /// <exception cref="FaultException">It cannot be written.</exception>
    public void RequireCertain()
    {
        lock (_gate)
            Settle_NeedsLock();
    }

    private void Write_NeedsLock(VmRegistration entry) => Change_NeedsLock(entry.Id, entry);

    private void Change_NeedsLock(Guid id, VmRegistration? next)
    {
        Settle_NeedsLock();
        bool named = false;
        try
        {
            Put(id, next, () => named = true);
        }
        catch (IOException) when (named)
        {
            _uncertain.Add(id);
            BeforePuttingBack?.Invoke();
            Settle_NeedsLock();
            throw;
        }

        if (next is null)
            _entries.Remove(id);
        else
            _entries[id] = next;
    }

    /// <summary>Writes what is here over what may be on disk instead.</summary>
    private void Settle_NeedsLock()
    {
        foreach (var id in _uncertain.ToList())
        {
            var entry = _entries.GetValueOrDefault(id);
            try
            {
                Put(id, entry, () => { });
            }
            catch (IOException e)
            {
                throw Refuse.RegistryNotWritable(entry?.DisplayPath ?? id.ToString(), e);
            }

            _uncertain.Remove(id);
        }
    }

    private void Put(Guid id, VmRegistration? entry, Action named)
    {
        if (entry is not null)
        {
            _folder.Replace(id + Ending, JsonSerializer.SerializeToUtf8Bytes(entry, StateJson.Default.VmRegistration), named);
            return;
        }

        _folder.Delete(id + Ending);
        named();
        _folder.Sync();
    }

    private static FaultException FolderTaken(string datastore, string folder) => Refuse.With(
        FaultTypes.AlreadyExists, "lorica.fileExists",
        $"[{datastore}] {folder}", $"Another VM of this host has the folder [{datastore}] {folder}.", "Use another name.");

    private uint FreeUid_NeedsLock()
    {
        // The VM of a damaged file has a uid too, which nothing tells: it must not come to be another's.
        if (Damaged.Count > 0)
        {
            throw Refuse.With(FaultTypes.InvalidState, "lorica.registryDamaged", "host",
                $"The host's registry has files that cannot be read ({string.Join(", ", Damaged)}), "
                    + "so no uid is known to be free.",
                "Put them right or move them away, then restart the host.");
        }

        var used = _entries.Values.Select(e => e.Uid).ToHashSet();
        for (uint uid = _uidBase; uid < _uidBase + _uidCount - 1; uid++)
        {
            if (!used.Contains(uid) && !ProcessId.AnyOf(uid))
                return uid;
        }

        throw Refuse.With(FaultTypes.InvalidState, "lorica.noUid", "host",
            $"All {_uidCount - 1} uids of the host's range are in use.", "Enlarge UidCount in the host's configuration.");
    }

    private List<string> Load()
    {
        var damaged = new List<string>();
        foreach (string name in _folder.Names().Where(n => n.EndsWith(Ending, StringComparison.Ordinal)))
        {
            try
            {
                var entry = JsonSerializer.Deserialize(_folder.Read(name, MaximumBytes), StateJson.Default.VmRegistration);
                if (entry is null || entry.Id + Ending != name || entry.Uid < _uidBase)
                    damaged.Add(name);
                else
                    _entries.Add(entry.Id, entry);
            }
            catch (Exception e) when (e is JsonException or IOException)
            {
                damaged.Add(name);
            }
        }

        return damaged;
    }
}
