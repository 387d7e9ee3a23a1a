namespace Lorica.Crypto;

/// <summary>What a sealed stream holds. The numbers are on disk; they are never used again for something else.</summary>
public enum SealedStreamKind
{
    /// <summary>Memory of a snapshot (<c>.vmsn</c>).</summary>
    SnapshotMemory = 1,

    /// <summary>Memory of a suspended VM (<c>.vmss</c>).</summary>
    SuspendedMemory = 2,

    /// <summary>One slot of a VM's NVRAM.</summary>
    Nvram = 3,

    /// <summary>A core dump.</summary>
    CoreDump = 4,

    /// <summary>A support bundle.</summary>
    SupportBundle = 5,

    /// <summary>A segment of a VM's serial console log.</summary>
    ConsoleLog = 6,
}
