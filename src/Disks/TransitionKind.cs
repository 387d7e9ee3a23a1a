namespace Lorica.Disks;

/// <summary>What an in-place job makes of a disk.</summary>
public enum TransitionKind
{
    /// <summary>Plain to encrypted.</summary>
    Encrypt,

    /// <summary>Encrypted to plain.</summary>
    Decrypt,

    /// <summary>From one data key to another.</summary>
    Rekey,
}
