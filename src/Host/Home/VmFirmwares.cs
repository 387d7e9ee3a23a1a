using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;

namespace Lorica.Host.Home;

/// <summary><see cref="Firmware"/> between center and host.</summary>
internal static class VmFirmwares
{
    /// <summary>To the wire.</summary>
    public static VmFirmware ToMessage(this Firmware firmware) => firmware switch
    {
        Firmware.Bios => VmFirmware.Bios,
        Firmware.Uefi => VmFirmware.Uefi,
        _ => throw new ArgumentOutOfRangeException(nameof(firmware), firmware, "A firmware that the wire does not know."),
    };

    /// <summary>From a request, where nothing is BIOS; null for what is none.</summary>
    public static Firmware? From(VmFirmware firmware) => firmware switch
    {
        VmFirmware.Unspecified or VmFirmware.Bios => Firmware.Bios,
        VmFirmware.Uefi => Firmware.Uefi,
        _ => null,
    };
}
