using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Tests.Native;

/// <summary>
/// A folder that this process has open and whose fsync can be made to fail, and nothing else: its descriptor is exchanged for
/// one that only names the folder (<c>O_PATH</c>), below which files are opened, renamed and removed as ever.
/// </summary>
internal sealed partial class FailingSync : IDisposable
{
    private const int NameOnly = 0x200000, CloseOnExec = 0x80000;

    private readonly SafeFileHandle _named, _real;
    private readonly int _fd;

    public FailingSync(string folder)
    {
        _fd = Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Where(f => new FileInfo(f).LinkTarget == folder).Select(f => int.Parse(Path.GetFileName(f))).Single();
        _named = new SafeFileHandle(Open(folder, NameOnly | CloseOnExec), true);
        _real = new SafeFileHandle(Open(folder, CloseOnExec), true);
    }

    /// <summary>Whether the sync fails from now on.</summary>
    public bool Fails
    {
        set => Assert.Equal(_fd, Duplicate((int)(value ? _named : _real).DangerousGetHandle(), _fd, CloseOnExec));
    }

    public void Dispose()
    {
        _named.Dispose();
        _real.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup3", SetLastError = true)]
    private static partial int Duplicate(int from, int to, int flags);
}
