namespace Lorica.Contracts.Vmx;

/// <summary>What a machine boots with; <see cref="Firmwares"/> has the words.</summary>
public enum Firmware
{
    /// <summary>SeaBIOS.</summary>
    Bios,

    /// <summary>UEFI.</summary>
    Uefi,
}
