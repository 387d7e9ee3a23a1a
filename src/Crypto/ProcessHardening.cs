using System.Runtime.InteropServices;
using Lorica.Crypto.Native;

namespace Lorica.Crypto;

/// <summary>What every process with keys does first.</summary>
public static class ProcessHardening
{
    /// <summary>
    /// Makes the process not dumpable (no core file, no ptrace or <c>/proc/self/mem</c> by other processes of the same user) and
    /// sets the core size limit to zero. May be called again. Throws <see cref="CryptoErrorKind.Unsupported"/> if the kernel
    /// refuses. The runtime's diagnostics socket is closed by the environment (<c>DOTNET_EnableDiagnostics=0</c>), not here.
    /// </summary>
    public static unsafe void Apply()
    {
        if (Libc.ProcessControl(Libc.SetDumpable, 0, 0, 0, 0) != 0)
        {
            throw Refused("prctl(PR_SET_DUMPABLE)");
        }

        // SAFETY: struct rlimit is two 64-bit numbers; the kernel reads it during the call only.
        ulong* none = stackalloc ulong[2];
        none[0] = 0;
        none[1] = 0;
        if (Libc.SetLimit(Libc.LimitCore, none) != 0)
        {
            throw Refused("setrlimit(RLIMIT_CORE)");
        }
    }

    private static CryptoException Refused(string call)
        => new(CryptoErrorKind.Unsupported, $"{call} failed: {Marshal.GetLastPInvokeErrorMessage()}.");
}
