using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Center.Native;

/// <summary>The Linux calls that .NET has no door to: making a folder's entries durable, and keeping core files away.</summary>
internal static unsafe partial class Libc
{
    private const int OpenFolder = 0x1_0000 | 0x8_0000; // O_RDONLY | O_DIRECTORY | O_CLOEXEC
    private const int SetDumpable = 4; // PR_SET_DUMPABLE
    private const int LimitCore = 4; // RLIMIT_CORE

    /// <summary>Makes renames and new names in <paramref name="folder"/> durable.</summary>
    public static void SyncFolder(string folder)
    {
        using var handle = new SafeFileHandle(Open(folder, OpenFolder), ownsHandle: true);
        if (handle.IsInvalid || Fsync(handle) != 0)
        {
            throw new IOException($"The folder {folder} cannot be made durable: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>
    /// No core file, and no reading by other processes of the same user. The center holds no key of a VM, but sessions, passwords
    /// on their way to their hash, and its own private key.
    /// </summary>
    public static void DenyDumps()
    {
        // SAFETY: struct rlimit is two 64-bit numbers; the kernel reads it during the call only.
        var none = stackalloc ulong[2];
        (none[0], none[1]) = (0, 0);
        if (ProcessControl(SetDumpable, 0, 0, 0, 0) != 0 || SetLimit(LimitCore, none) != 0)
        {
            throw new Win32Exception();
        }
    }

    // SAFETY: integers, and a NUL-terminated copy of the path.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, ulong* limits);
}
