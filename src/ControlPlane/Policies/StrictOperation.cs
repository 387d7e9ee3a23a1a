namespace Lorica.ControlPlane.Policies;

/// <summary>What reaches the plain content of a running or stored VM from beside it.</summary>
public enum StrictOperation
{
    /// <summary>Read or type into the console. Needs direct access whatever the policy says, as in the original.</summary>
    Console,

    /// <summary>Read the serial log.</summary>
    SerialLog,

    /// <summary>A picture of the screen.</summary>
    Screenshot,

    /// <summary>A copy of the memory.</summary>
    MemoryDump,

    /// <summary>Which device the guest starts from.</summary>
    BootOrder,

    /// <summary>Removable media: a rescue system reads the disks as the guest does.</summary>
    Media,

    /// <summary>Firmware, its settings and its variables.</summary>
    Firmware,

    /// <summary>A kernel given from outside.</summary>
    DirectKernel,

    /// <summary>A disk that is plain: what the guest writes there can be read.</summary>
    PlainDisk,

    /// <summary>A device of the host or of a client.</summary>
    DeviceRedirection,

    /// <summary>Take a VM as it is although its files are suspect or were edited.</summary>
    AcceptSuspect,

    /// <summary>Put an encryption policy that is not strict where a strict one is.</summary>
    LoosenPolicy,
}
