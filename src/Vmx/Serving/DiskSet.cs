using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Disks.Locks;
using Lorica.Nbd;
using Lorica.Vmx.Deliveries;
using Lorica.Vmx.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Vmx.Serving;

/// <summary>
/// The machine's disks as NBD exports: the extent by the host's descriptor, under encryption when the disk has a key. The lock's
/// descriptor is kept open as long as the disk is.
/// </summary>
internal sealed class DiskSet : IAsyncDisposable
{
    private readonly List<SafeFileHandle> _locks = [];
    private readonly List<NbdExport> _exports = [];
    private readonly List<FileDevice> _files = [];

    private DiskSet()
    {
    }

    /// <summary>The right to write; null in a set-up without a lock.</summary>
    public WriterLease? Lease { get; private set; }

    public IReadOnlyList<NbdExport> Exports => _exports;

    /// <summary>Whether a disk failed to make acknowledged writes durable. It stays so: another process would not know.</summary>
    public bool FlushFailed => _files.Exists(f => f.HasFailed);

    /// <summary>Takes the secrets, which are disposed in any case: the ciphers have their own copies in key memory.</summary>
    public static async Task<DiskSet> OpenAsync(VmxConfig config, SecretSet secrets, TimeProvider time)
    {
        var set = new DiskSet();
        try
        {
            if (config.VmLockFd != 0)
                set.Lease = LeaseOf(config, set.Keep(config.VmLockFd, "the lock of the virtual machine"), time);
            var note = new FailureNote(config);
            foreach (var disk in config.Exports)
                set.Open(disk, secrets, note);
            return set;
        }
        catch (Exception e) when (e is DiskException or CryptoException)
        {
            await set.DisposeAsync();
            throw new VmxException(VmxErrorKind.BadConfig, $"A disk cannot be opened: {e.Message}", e);
        }
        catch
        {
            await set.DisposeAsync();
            throw;
        }
        finally
        {
            secrets.Dispose();
        }
    }

    /// <summary>Everything that the guest wrote is on stable storage afterwards. The texts of what failed.</summary>
    public async Task<IReadOnlyList<string>> FlushAsync()
    {
        var failures = new List<string>();
        foreach (var export in _exports)
        {
            try
            {
                await export.Device.FlushAsync(CancellationToken.None);
            }
            catch (DiskException e)
            {
                failures.Add($"{export.Name}: {e.Message}");
            }
        }

        return failures;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var export in _exports)
            await export.Device.DisposeAsync();

        if (Lease is not null)
            await Lease.DisposeAsync();

        // Last: nobody else may open a disk before this process has let go of it.
        foreach (var handle in _locks)
            handle.Dispose();
    }

    private void Open(VmxExport disk, SecretSet secrets, FailureNote note)
    {
        var link = disk.Links.Single();
        if (link.LockFd != 0)
            Keep(link.LockFd, $"the lock of disk {disk.Label}");
        Descriptors.Claim(link.ExtentFd, $"disk {disk.Label}");
        Descriptors.Claim(link.SyncFd, $"the syncs of disk {disk.Label}");
        var file = FileDevice.FromHandle(
            new SafeFileHandle(link.ExtentFd, true), disk.Length, keepAllocation: link.KeepAllocation, path: disk.Label,
            sync: new SafeFileHandle(link.SyncFd, true));
        file.OnFailure = _ => note.Write();
        _files.Add(file);
        ISparse device = Lease is null ? file : new LeasedDevice(file, Lease, disk.Label);
        if (link.Secret.Length > 0)
        {
            using var key = secrets.Take(link.Secret);
            device = new EncryptedDevice(device, new XtsAes256(key), ZeroRuleOf(link.ZeroRule));
        }

        _exports.Add(new NbdExport(disk.Label, device));
    }

    private static ZeroRule ZeroRuleOf(VmxZeroRule rule) => rule switch
    {
        VmxZeroRule.Hole => ZeroRule.Hole,
        VmxZeroRule.Error => ZeroRule.Error,
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "A rule that the configuration's check lets through."),
    };

    // The host has written the record and stands for it; somebody else's is not renewed.
    private static WriterLease? LeaseOf(VmxConfig config, SafeFileHandle file, TimeProvider time)
    {
        if (config.LockHost.Length == 0)
            return null;
        var own = new WriterRecord { HostId = config.LockHost, BootId = config.LockBoot, Epoch = config.LockEpoch };
        try
        {
            return WriterLockFile.Read(file) is { } found && found.IsSameHolding(own)
                ? new WriterLease(file, found, time, config.LockRenewedAt > 0 ? config.LockRenewedAt : null)
                : throw new VmxException(VmxErrorKind.BadConfig, "The lock file of the virtual machine names another holder.");
        }
        catch (IOException e)
        {
            throw new VmxException(
                VmxErrorKind.BadConfig, $"The lock file of the virtual machine cannot be read: {e.Message}", e);
        }
    }

    private SafeFileHandle Keep(int fd, string what)
    {
        Descriptors.Claim(fd, what);
        var handle = new SafeFileHandle(fd, true);
        _locks.Add(handle);
        return handle;
    }
}
