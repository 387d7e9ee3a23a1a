using Lorica.Crypto;
using Lorica.Disks.Descriptors;
using Lorica.Disks.Locks;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks;

/// <summary>
/// One link of an opened disk: a verified descriptor, its data file, its own data key and its lock. To hand it to another
/// process, pass <see cref="Extent"/>, <see cref="Sync"/>, <see cref="Lock"/> and the data key.
/// </summary>
public sealed class OpenedLink : IDisposable
{
    private readonly SealedDescriptor _descriptor;
    private readonly string _path;
    private readonly bool _ownsLock;
    private readonly IWriteRight? _right;

    internal OpenedLink(
        SealedDescriptor descriptor, SafeFileHandle extent, SafeFileHandle sync, DiskLock held, bool ownsLock, string path,
        IWriteRight? right)
    {
        _right = right;
        _descriptor = descriptor;
        Extent = extent;
        Sync = sync;
        Lock = held;
        _ownsLock = ownsLock;
        _path = path;
    }

    /// <summary>What the descriptor says, verified.</summary>
    public DiskModel Model => _descriptor.Model;

    /// <summary>Generation of the bundle; 0 for a plain link.</summary>
    public long Generation => _descriptor.Contents?.Generation ?? 0;

    /// <summary>What a stored sector of zeros means.</summary>
    public ZeroRule Zero => _descriptor.Contents?.Zero ?? ZeroRule.Hole;

    /// <summary>The KEK that opened it; null for a plain link.</summary>
    public KeyId? OpenedWith => _descriptor.OpenedWith;

    /// <summary>The data key, 64 bytes; null for a plain link. Disposed with this object.</summary>
    public KeyBuffer? Dek => _descriptor.Contents?.Key;

    /// <summary>The data file, open for reading and writing.</summary>
    public SafeFileHandle Extent { get; }

    /// <summary>
    /// The data file opened a second time, before anything was written: for the syncs of one device that another process makes
    /// (<see cref="FileDevice.FromHandle"/>). Nothing is ever written or synced over it here.
    /// </summary>
    public SafeFileHandle Sync { get; }

    /// <summary>The exclusive lock.</summary>
    public DiskLock Lock { get; }

    /// <summary>Whether the data file keeps its space when ranges are zeroed (all but thin disks).</summary>
    public bool KeepAllocation => Model.Provisioning != Provisioning.Thin;

    /// <inheritdoc/>
    public void Dispose()
    {
        _descriptor.Dispose();
        Extent.Dispose();
        Sync.Dispose();
        if (_ownsLock)
            Lock.Dispose();
    }

    /// <summary>The link in plain text, as long as the right of its folder is valid.</summary>
    internal IBlockDevice OpenDevice()
    {
        ISparse device = FileDevice.FromHandle(Extent, Model.Capacity, ownsHandle: false, KeepAllocation, _path);
        if (_right is not null)
            device = new LeasedDevice(device, _right, _path);
        return Dek is { } dek ? new EncryptedDevice(device, new XtsAes256(dek), Zero) : device;
    }
}
