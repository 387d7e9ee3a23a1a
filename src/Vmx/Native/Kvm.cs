using Lorica.Platform.Native;

namespace Lorica.Vmx.Native;

/// <summary>The processor's virtualisation, as the kernel offers it.</summary>
internal static class Kvm
{
    private const string Device = "/dev/kvm";

    /// <summary>Why this process may not open the device; null when it may. That says nothing yet about guests.</summary>
    public static string? Problem =>
        !File.Exists(Device) ? $"{Device} is not there: the processor offers no virtualisation, or the module kvm is not loaded"
        : Libc.Access(Device, Libc.ReadWriteAccess) != 0
            ? $"{Device} is closed to the users of VMs (mode {Convert.ToString((int)File.GetUnixFileMode(Device), 8)}): "
                + $"give it to group kvm (groupadd --system --force kvm; chgrp kvm {Device}; chmod 660 {Device}), "
                + "then restart the host"
        : null;

    /// <summary>
    /// The group that owns the device when its members may use it: a virtual machine's user belongs to no group of the system, so
    /// it is given this one. Empty when there is no such device. Asked before privileges are dropped.
    /// </summary>
    public static uint[] Groups
    {
        get
        {
            if (!File.Exists(Device))
                return [];
            var mode = File.GetUnixFileMode(Device);
            if ((mode & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite)) != (UnixFileMode.GroupRead | UnixFileMode.GroupWrite))
                return [];
            return GroupOf("kvm") is { } gid ? [gid] : [];
        }
    }

    // The name is fixed by udev's rules; its number differs from system to system.
    private static uint? GroupOf(string name)
    {
        foreach (string line in File.ReadLines("/etc/group"))
        {
            string[] fields = line.Split(':');
            if (fields.Length >= 3 && fields[0] == name && uint.TryParse(fields[2], out uint gid) && gid != 0)
                return gid;
        }

        return null;
    }
}
