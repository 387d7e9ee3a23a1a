using Microsoft.Win32.SafeHandles;

namespace Lorica.Disks.Tests.Native;

/// <summary>A tmpfs that is soon full; it has no place in the tree of folders and ends with its handle. Needs root.</summary>
internal sealed class SmallFilesystem : IDisposable
{
    private readonly SafeFileHandle _context;
    private readonly SafeFileHandle _mount;

    public SmallFilesystem(long bytes)
    {
        _context = FuseLibc.NewFilesystem("tmpfs", ("size", bytes.ToString()));
        _mount = FuseLibc.MountOf(_context);
    }

    /// <summary>A path to it, for this process.</summary>
    public string Path => $"/proc/self/fd/{_mount.DangerousGetHandle()}/.";

    public SafeFileHandle Make(string name, long length)
    {
        var file = File.OpenHandle(
            $"/proc/self/fd/{_mount.DangerousGetHandle()}/{name}", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.SetLength(file, length);
        return file;
    }

    /// <summary>Somebody makes room.</summary>
    public void Grow(long bytes) => FuseLibc.Reconfigure(_mount, ("size", bytes.ToString()));

    /// <summary>The kernel, or somebody, makes it read-only; no file may be open for writing.</summary>
    public void MakeReadOnly() => FuseLibc.Reconfigure(_mount, ("ro", ""));

    /// <summary>Opens a file for reading.</summary>
    public SafeFileHandle OpenRead(string name) => File.OpenHandle(
        $"/proc/self/fd/{_mount.DangerousGetHandle()}/{name}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

    public void Dispose()
    {
        _mount.Dispose();
        _context.Dispose();
    }
}
