using System.Globalization;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Files;
using Lorica.Host.Home;
using Lorica.Host.Keys;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;

namespace Lorica.Host.Creation;

/// <summary>
/// Makes one VM, all or nothing. What has keys is encrypted while it is written: no plain byte of it reaches the datastore.
/// </summary>
/// <remarks>
/// Steps, each durable before the next: 1 registered as pending · 2 folder <c>.import-ID</c> · 3 disks and their content · 4 VMX
/// · 5 folder renamed into place · 6 registered for good (the one commit point). Disposal without <see cref="CommitAsync"/>
/// removes everything; a crash before step 6 leaves a pending entry, and the next start of the host removes everything (<see
/// cref="VmLeftovers"/>).
/// </remarks>
internal sealed class VmBuilder : IAsyncDisposable
{
    /// <summary>Space that an import leaves free, since a full datastore stops every guest on it.</summary>
    public const long Reserve = Contracts.Vmx.SpaceLimits.CopyReserve;

    private const int Grain = 64 * 1024;
    private const long LookAgain = 64 * 1024 * 1024;

    private readonly VmTable _table;
    private readonly VmSpec _spec;
    private readonly KeyLease _keys;
    private readonly VmRegistration _registration;
    private readonly string _datastorePath;
    private readonly List<OpenedDisk> _disks = [];
    private readonly List<IBlockDevice> _devices = [];
    private readonly byte[] _buffer = new byte[1024 * 1024];
    private DiskFolder? _folder;
    private int _disk;
    private long _end, _sinceLook;
    private bool _committed;

    private VmBuilder(VmTable table, VmSpec spec, KeyLease keys, VmRegistration registration, string datastorePath)
    {
        (_table, _spec, _keys, _registration, _datastorePath) = (table, spec, keys, registration, datastorePath);
    }

    private string TemporaryName => VmLeftovers.TemporaryFolder(_registration.Id);

    /// <summary>Steps 1 to 3: empty disks stand, ready for <see cref="WriteAsync"/>.</summary>
    public static async Task<VmBuilder> BeginAsync(VmTable table, VmSpec spec, KeyCache cache, CancellationToken ct)
    {
        string path = table.Datastores.PathOf(spec.Datastore);
        var keys = cache.Lease(pin: true);
        VmRegistration registration;
        try
        {
            RequireKeys(spec, keys);
            await VmLeftovers.RemoveLeftAsync(table, spec.Id, ct);
            table.Datastores.RequireFree(spec.Datastore, SpaceOf(spec) + Reserve);
            registration = table.Registry.Reserve(spec.Id, spec.Datastore, taken => FreeName(spec, path, taken), spec.Epoch);
        }
        catch
        {
            keys.Dispose();
            throw;
        }

        var builder = new VmBuilder(table, spec, keys, registration, path);
        try
        {
            await builder.CreateDisksAsync(ct);
            return builder;
        }
        catch
        {
            await builder.DisposeAsync();
            throw;
        }
    }

    /// <summary>Content of a disk: disks in order, offsets ascending; what is not written reads as zeros.</summary>
    public async Task WriteAsync(int disk, long offset, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        if (disk < _disk || disk >= _devices.Count)
            throw Refuse.Argument("disk", $"Content of disk {disk} came out of order.");
        if (disk > _disk)
            (_disk, _end) = (disk, 0);
        if (data.Length == 0 || data.Length > _buffer.Length || data.Length % 512 != 0 || offset % 512 != 0 || offset < _end
            || offset > _devices[disk].Length - data.Length)
        {
            throw Refuse.Argument(
                "data", $"Content of disk {disk} at {offset} is out of order, out of range or not in whole sectors.");
        }

        _end = offset + data.Length;
        for (int at = 0; at < data.Length;)
        {
            // Zeros stay holes (or the zeros that the disk was made with), so a thin disk stays thin.
            int length = Math.Min(Grain - (int)((offset + at) % Grain), data.Length - at);
            var part = data.Slice(at, length);
            if (!ZeroBlocks.IsAllZero(part.Span))
            {
                part.CopyTo(_buffer);
                await _devices[disk].WriteAsync(offset + at, _buffer.AsMemory(0, length), durable: false, ct);
                _sinceLook += length;
            }

            at += length;
        }

        if (_sinceLook >= LookAgain)
        {
            _sinceLook = 0;
            _table.Datastores.RequireFree(_spec.Datastore, Reserve);
        }
    }

    /// <summary>Steps 3 (durable) to 6. The VM stands when this returns; given up before step 6, it does not.</summary>
    public async Task<VmRegistration> CommitAsync(CancellationToken ct)
    {
        foreach (var device in _devices)
            await device.FlushAsync(ct);
        await CloseDisksAsync();

        // Who asked for it may have gone, and may be told that there is no such VM.
        ct.ThrowIfCancellationRequested();
        using (var folder = Folder.Open(Path.Combine(_datastorePath, TemporaryName)))
        {
            var lines = NewVmx();
            folder.Replace(_registration.VmxName, _spec.HomeKey is { } key
                ? VmHome.NewSealed(lines, _spec.Id, new NamedKek(key.Id, _keys.Find(key.Id)!))
                : lines.Encode());
        }

        using (var datastore = Folder.Open(_datastorePath))
        {
            if (!datastore.TryRename(TemporaryName, _registration.Folder))
            {
                throw Refuse.With(FaultTypes.AlreadyExists, "lorica.fileExists", _registration.DisplayPath,
                    $"The folder of {_registration.DisplayPath} appeared meanwhile.", "Try again.");
            }
        }

        ct.ThrowIfCancellationRequested();
        var registration = _table.Registry.Commit(_spec.Id);
        _committed = true;
        return registration;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await EndAsync();
        }
        finally
        {
            _table.Registry.EndMaking(_spec.Id);
        }
    }

    private async Task EndAsync()
    {
        await CloseDisksAsync();
        _keys.Dispose();
        if (_committed)
            return;
        try
        {
            await VmLeftovers.RemoveAsync(_table, _registration, CancellationToken.None);
        }
        catch (Exception e) when (FaultMap.Find(e, _registration.DisplayPath) is not null)
        {
            // It stays pending; who asks for it to be removed or made again, or the next start of the host, removes it. Why it
            // was not made says more than why it was not removed.
        }
    }

    private static void RequireKeys(VmSpec spec, KeyLease keys)
    {
        var wanted = spec.Disks.Select(d => d.Key).Append(spec.HomeKey).OfType<(KeyId Id, string Kcv)>().Distinct().ToArray();
        KeyId[] missing = [.. wanted.Where(k => keys.Find(k.Id) is null).Select(k => k.Id)];
        if (missing.Length > 0)
            throw Refuse.KeysMissing(spec.Name, $"{spec.Name} is to be encrypted and a required key was not found.", missing);
        foreach (var (id, kcv) in wanted)
        {
            if (keys.KcvOf(id) != kcv)
            {
                throw Refuse.Tampered("wrongKey", id.ToString(),
                    $"The key held as {id} has check value {keys.KcvOf(id)}; {kcv} is expected: it is another key.");
            }
        }
    }

    /// <summary>Bytes that the disks of a VM will take, as far as that is known.</summary>
    public static long SpaceOf(VmSpec spec) =>
        spec.Disks.Sum(d => d.Provisioning == Provisioning.Thin ? Math.Min(d.Data, d.Capacity) : d.Capacity);

    private static (string Folder, string File) FreeName(VmSpec spec, string datastorePath, IReadOnlySet<string> registered)
    {
        using var datastore = Folder.Open(datastorePath);
        var taken = datastore.Names().ToHashSet(StringComparer.OrdinalIgnoreCase);
        taken.UnionWith(registered);
        int attempt = 0;
        while (taken.Contains(VmName.ToFileName(spec.Name, attempt)))
            attempt++;
        string name = VmName.ToFileName(spec.Name, attempt);
        return (name, name);
    }

    private string DiskName(int index) => VmFiles.NameOf(_registration.File, index);

    private async Task CreateDisksAsync(CancellationToken ct)
    {
        string path = Path.Combine(_datastorePath, TemporaryName);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using (var datastore = Folder.Open(_datastorePath))
            datastore.Sync();
        _folder = DiskFolder.Open(path);
        for (int i = 0; i < _spec.Disks.Count; i++)
        {
            var disk = _spec.Disks[i];
            var keys = disk.Key is { } key ? new DiskKeys(key.Id, _keys.Find(key.Id)!, disk.ObjectId) : null;
            await Vmdk.CreateAsync(_folder, DiskName(i), disk.Capacity, disk.Provisioning, keys, ct);
            var opened = Vmdk.Open(_folder, DiskName(i),
                new DiskExpectation { Encrypted = keys is not null, ObjectId = keys is null ? null : disk.ObjectId }, _keys);
            _disks.Add(opened);
            _devices.Add(opened.OpenDevice());
        }
    }

    private VmxFile NewVmx()
    {
        var lines = _spec.Lines
            .With(VmxKeys.Encoding, "UTF-8")
            .With(VmxKeys.ConfigVersion, "8")
            .With(VmxKeys.VmId, _spec.Id.ToString())
            .With(VmxKeys.DisplayName, _spec.Name)
            .With(VmxKeys.Cpus, _spec.Cpus.ToString(CultureInfo.InvariantCulture))
            .With(VmxKeys.MemoryMib, _spec.MemoryMib.ToString(CultureInfo.InvariantCulture))
            .With(VmxKeys.Firmware, _spec.Firmware.VmxWord());
        for (int i = 0; i < _spec.Disks.Count; i++)
        {
            var disk = _spec.Disks[i];
            lines = lines
                .With(VmxKeys.DiskFile(disk.Label), DiskName(i) + VmDiskModel.Ending)
                .With(VmxKeys.DiskObject(disk.Label), disk.ObjectId.ToString())
                .With(VmxKeys.DiskEncrypted(disk.Label), disk.Key is null ? "FALSE" : "TRUE");
        }

        return lines;
    }

    private async Task CloseDisksAsync()
    {
        foreach (var device in _devices)
            await device.DisposeAsync();
        foreach (var disk in _disks)
            disk.Dispose();
        _devices.Clear();
        _disks.Clear();
        _folder?.Dispose();
        _folder = null;
    }
}
