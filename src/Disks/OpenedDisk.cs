using Lorica.Crypto;
using Lorica.Disks.Descriptors;
using Lorica.Disks.Locks;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks;

/// <summary>
/// A verified disk, ready for use. Owns the lock (unless it was opened under one of the caller's), the data file and the keys;
/// all end with <see cref="Dispose"/>. To hand a disk to another process, pass <see cref="Extent"/>, <see cref="Sync"/>,
/// <see cref="Lock"/> and the data key.
/// </summary>
public sealed class OpenedDisk : IDisposable
{
    private readonly SealedDescriptor _descriptor;
    private readonly string _path;
    private readonly bool _ownsLock;
    private readonly IWriteRight? _right;

    internal OpenedDisk(
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

    /// <summary>Generation of the bundle; 0 for a plain disk.</summary>
    public long Generation => _descriptor.Contents?.Generation ?? 0;

    /// <summary>What a stored sector of zeros means.</summary>
    public ZeroRule Zero => _descriptor.Contents?.Zero ?? ZeroRule.Hole;

    /// <summary>The KEK that opened it; null for a plain disk.</summary>
    public KeyId? OpenedWith => _descriptor.OpenedWith;

    /// <summary>The data key, 64 bytes; null for a plain disk. Disposed with this object.</summary>
    public KeyBuffer? Dek => _descriptor.Contents?.Key;

    /// <summary>
    /// The data key of the side that a job under way comes from; null here, since such a disk is not opened for use.
    /// </summary>
    public KeyBuffer? OldDek => _descriptor.Contents?.OldKey;

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

    /// <summary>
    /// The virtual disk in plain text, as long as the right of its folder is valid. Dispose it before this object; several may be
    /// open at once and see the same data.
    /// </summary>
    public IBlockDevice OpenDevice()
    {
        var file = FileDevice.FromHandle(Extent, Model.Capacity, ownsHandle: false, KeepAllocation, _path);
        IBlockDevice device = _right is null ? file : new LeasedDevice(file, _right, _path);
        return Dek is { } dek ? new EncryptedDevice(device, new XtsAes256(dek), Zero) : device;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _descriptor.Dispose();
        Extent.Dispose();
        Sync.Dispose();
        if (_ownsLock)
            Lock.Dispose();
    }
}
