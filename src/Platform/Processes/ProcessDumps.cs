using System.ComponentModel;
using Lorica.Platform.Native;

namespace Lorica.Platform.Processes;

/// <summary>What of its memory a process leaves to others. Who holds keys of VMs has <c>ProcessHardening</c> of Crypto.</summary>
public static class ProcessDumps
{
    /// <summary>No core file, and no reading by other processes of the same user.</summary>
    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    public static void Deny()
    {
        if (Libc.ProcessControl(Libc.SetDumpable, 0, 0, 0, 0) != 0
            || Libc.SetLimit(Libc.LimitCore, new Libc.ResourceLimit()) != 0)
        {
            throw new Win32Exception();
        }
    }
}
