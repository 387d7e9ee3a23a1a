using Lorica.Contracts.Host;
using Lorica.Disks;
using Lorica.Host.Refusals;

namespace Lorica.Host.Home;

/// <summary><see cref="Provisioning"/> on the wire.</summary>
internal static class DiskProvisioning
{
    /// <summary>To the wire.</summary>
    public static DiskFormat ToMessage(this Provisioning provisioning) => provisioning switch
    {
        Provisioning.Thin => DiskFormat.Thin,
        Provisioning.LazyZeroed => DiskFormat.LazyZeroed,
        Provisioning.EagerZeroed => DiskFormat.EagerZeroed,
        _ => throw new ArgumentOutOfRangeException(
            nameof(provisioning), provisioning, "A way to provision that the wire does not know."),
    };

    /// <summary>From a request; null when it says nothing. What is none is refused.</summary>
    public static Provisioning? From(DiskFormat format) => format switch
    {
        DiskFormat.Unspecified => null,
        DiskFormat.Thin => Provisioning.Thin,
        DiskFormat.LazyZeroed => Provisioning.LazyZeroed,
        DiskFormat.EagerZeroed => Provisioning.EagerZeroed,
        _ => throw Refuse.Argument(
            "provisioning", $"{(int)format} is no way to provision a disk.", "Use thin, lazyZeroed or eagerZeroed."),
    };
}
