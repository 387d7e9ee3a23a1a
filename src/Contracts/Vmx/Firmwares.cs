namespace Lorica.Contracts.Vmx;

/// <summary>The words of <see cref="Firmware"/>: those on the wire, and those of a VMX file.</summary>
public static class Firmwares
{
    /// <summary>The word on the wire.</summary>
    public static string Name(this Firmware firmware) => firmware switch
    {
        Firmware.Bios => "bios",
        Firmware.Uefi => "uefi",
        _ => throw new ArgumentOutOfRangeException(nameof(firmware), firmware, "A firmware without a word."),
    };

    /// <summary>The firmware of a word on the wire, where none is BIOS; null for what is no firmware.</summary>
    public static Firmware? Parse(string word) => word switch
    {
        "" or "bios" => Firmware.Bios,
        "uefi" => Firmware.Uefi,
        _ => null,
    };

    /// <summary>The word in a VMX file.</summary>
    public static string VmxWord(this Firmware firmware) => firmware switch
    {
        Firmware.Bios => "bios",
        Firmware.Uefi => "efi",
        _ => throw new ArgumentOutOfRangeException(nameof(firmware), firmware, "A firmware without a word."),
    };

    /// <summary>The firmware of a word in a VMX file; null for what is no firmware.</summary>
    public static Firmware? ParseVmx(string word) => word switch
    {
        "bios" => Firmware.Bios,
        "efi" => Firmware.Uefi,
        _ => null,
    };
}
