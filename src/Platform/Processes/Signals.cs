using Lorica.Platform.Native;

namespace Lorica.Platform.Processes;

/// <summary>Signals to processes that are known by number: children that were not waited for, which keep theirs.</summary>
public static class Signals
{
    /// <summary>SIGKILL.</summary>
    public const int Kill = 9;

    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    /// <summary>Sends a signal; false when there is no such process any more.</summary>
    public static bool Send(int pid, int signal)
    {
        // A pid of 0 or below names a group or everybody: never meant here.
        ArgumentOutOfRangeException.ThrowIfLessThan(pid, 2);
        return Libc.Kill(pid, signal) == 0;
    }
}
