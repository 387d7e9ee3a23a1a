using Lorica.Disks.Locks;
using Lorica.Disks.Native;
using Lorica.Disks.Storage;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks;

/// <summary>
/// The folder that holds disks. Holds the open folder, so later changes of the path above it do not matter; every file below it
/// is opened with <c>RESOLVE_BENEATH</c> and without following links. Safe for concurrent use.
/// </summary>
public sealed class DiskFolder : IDisposable
{
    private readonly SafeFileHandle _handle;

    private DiskFolder(SafeFileHandle handle, string path, IWriteRight? right)
    {
        _handle = handle;
        Path = path;
        Store = new FolderStore(handle, path, right);
    }

    /// <summary>The path it was opened by, for messages.</summary>
    public string Path { get; }

    /// <summary>Space that a process without privileges can still use, in bytes.</summary>
    public long AvailableBytes => LinuxFile.AvailableBytes(_handle, Path);

    internal FolderStore Store { get; }

    /// <summary>Opens a folder; its last name must not be a link.</summary>
    public static DiskFolder Open(string path) => Open(path, null);

    /// <summary>
    /// The same, for whoever changes disks under a right that can be lost: each single change (a file made, written, cut, synced,
    /// renamed, removed) is refused (LockLost) once it is. A job that ends so can be resumed by whoever has the right then.
    /// </summary>
    public static DiskFolder Open(string path, IWriteRight? right)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new DiskFolder(LinuxFile.OpenFolder(path), path, right);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
