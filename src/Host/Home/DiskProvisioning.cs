using Lorica.Disks;
using Lorica.Host.Refusals;

namespace Lorica.Host.Home;

/// <summary>Names of <see cref="Provisioning"/> on the wire.</summary>
internal static class DiskProvisioning
{
    public static string Name(Provisioning provisioning) => provisioning switch
    {
        Provisioning.Thin => "thin",
        Provisioning.LazyZeroed => "lazyZeroed",
        Provisioning.EagerZeroed => "eagerZeroed",
        _ => throw new ArgumentOutOfRangeException(nameof(provisioning), provisioning, "A way to provision without a name."),
    };

    public static Provisioning Parse(string name) => name switch
    {
        "thin" or "" => Provisioning.Thin,
        "lazyZeroed" => Provisioning.LazyZeroed,
        "eagerZeroed" => Provisioning.EagerZeroed,
        _ => throw Refuse.Argument(name, $"'{name}' is no way to provision a disk.", "Use thin, lazyZeroed or eagerZeroed."),
    };
}
