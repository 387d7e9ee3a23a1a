using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Nbd;
using Lorica.Vmx.Native;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Vmx.Serving;

/// <summary>
/// The machine's disks as NBD exports: the extent by its inherited descriptor, under encryption when the disk has a key. The
/// lock's descriptor is kept open as long as the disk is.
/// </summary>
internal sealed class DiskSet : IAsyncDisposable
{
    private readonly List<SafeFileHandle> _locks = [];
    private readonly List<NbdExport> _exports = [];
    private readonly List<FileDevice> _files = [];

    private DiskSet()
    {
    }

    public IReadOnlyList<NbdExport> Exports => _exports;

    /// <summary>Whether a disk failed to make acknowledged writes durable. It stays so: another process would not know.</summary>
    public bool FlushFailed => _files.Exists(f => f.HasFailed);

    /// <summary>Takes the keys, which are disposed in any case: the ciphers have their own copies in key memory.</summary>
    public static async Task<DiskSet> OpenAsync(VmxConfig config, IReadOnlyList<KeyBuffer?> keys)
    {
        var set = new DiskSet();
        try
        {
            if (config.VmLockFd != 0)
                set.Keep(config.VmLockFd, "the lock of the virtual machine");
            for (int i = 0; i < config.Disks.Count; i++)
                set.Open(config.Disks[i], keys[i]);
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
            foreach (var key in keys)
                key?.Dispose();
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

        // Last: nobody else may open a disk before this process has let go of it.
        foreach (var handle in _locks)
            handle.Dispose();
    }

    private void Open(VmxDisk disk, KeyBuffer? key)
    {
        if (disk.LockFd != 0)
            Keep(disk.LockFd, $"the lock of disk {disk.Label}");
        Descriptors.Claim(disk.ExtentFd, $"disk {disk.Label}");
        var file = FileDevice.FromHandle(
            new SafeFileHandle(disk.ExtentFd, true), disk.Length, keepAllocation: disk.KeepAllocation, path: disk.Label);
        _files.Add(file);
        IBlockDevice device = file;
        if (key is not null)
            device = new EncryptedDevice(device, new XtsAes256(key), disk.ZeroRule == "hole" ? ZeroRule.Hole : ZeroRule.Error);
        _exports.Add(new NbdExport(disk.Label, device));
    }

    private void Keep(int fd, string what)
    {
        Descriptors.Claim(fd, what);
        _locks.Add(new SafeFileHandle(fd, true));
    }
}
