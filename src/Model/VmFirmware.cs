namespace Lorica.Model;

/// <summary>What a VM boots with. <see cref="HostWords"/> has the words.</summary>
public enum VmFirmware
{
    /// <summary>SeaBIOS.</summary>
    Bios,

    /// <summary>UEFI.</summary>
    Uefi,
}
