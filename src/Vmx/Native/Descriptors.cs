using System.Runtime.InteropServices;
using Lorica.Platform.Native;

namespace Lorica.Vmx.Native;

/// <summary>File descriptors that the host passed by number.</summary>
internal static class Descriptors
{
    /// <summary>Checks that the number is open and makes sure that no child inherits it.</summary>
    public static void Claim(int fd, string what)
    {
        int flags = fd < 3 ? -1 : Libc.DescriptorControl(fd, Libc.GetDescriptorFlags, 0);
        if (flags < 0)
            throw new VmxException(VmxErrorKind.BadConfig, $"{what}: descriptor {fd} is not open.");
        if (Libc.DescriptorControl(fd, Libc.SetDescriptorFlags, flags | Libc.CloseOnExec) < 0)
            throw new VmxException(VmxErrorKind.BadConfig, $"{what}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }
}
