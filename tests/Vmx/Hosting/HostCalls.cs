using System.Runtime.InteropServices;

namespace Lorica.Vmx.Tests.Hosting;

/// <summary>What a host does with descriptors and users.</summary>
internal static class HostCalls
{
    [DllImport("libc", SetLastError = true)]
    private static extern int fcntl(int fd, int command, int argument);

    [DllImport("libc", SetLastError = true)]
    private static extern int chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint uid, uint gid);

    public static void Inherit(nint fd, bool yes) => Assert.Equal(0, fcntl((int)fd, 2, yes ? 0 : 1));

    public static void Own(string path, uint uid) => Assert.Equal(0, chown(path, uid, uid));
}
