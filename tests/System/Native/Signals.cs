using System.Runtime.InteropServices;

namespace Lorica.SystemTests.Native;

/// <summary>Stops a process and lets it go on.</summary>
internal static partial class Signals
{
    private const int Continue = 18, Stop = 19;

    public static void StopIt(int pid) => Send(pid, Stop);

    public static void LetItGoOn(int pid) => Send(pid, Continue);

    private static void Send(int pid, int signal)
    {
        if (Kill(pid, signal) != 0)
            throw new IOException($"kill({pid}, {signal}): {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
