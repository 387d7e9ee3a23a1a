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

    private DiskFolder(SafeFileHandle handle, string path)
    {
        _handle = handle;
        Path = path;
        Store = new FolderStore(handle, path);
    }

    /// <summary>The path it was opened by, for messages.</summary>
    public string Path { get; }

    /// <summary>Space that a process without privileges can still use, in bytes.</summary>
    public long AvailableBytes => LinuxFile.AvailableBytes(_handle, Path);

    internal FolderStore Store { get; }

    /// <summary>Opens a folder; its last name must not be a link.</summary>
    public static DiskFolder Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new DiskFolder(LinuxFile.OpenFolder(path), path);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
