namespace Lorica.Vmx;

/// <summary>What went wrong, for exit codes and faults.</summary>
internal enum VmxErrorKind
{
    /// <summary>Called wrongly, or not by root.</summary>
    Usage,

    /// <summary>What the host sent on standard input is not a valid configuration.</summary>
    BadConfig,

    /// <summary>Valid, but this version does not do it.</summary>
    NotSupported,

    /// <summary>QEMU does not start.</summary>
    Start,

    /// <summary>QEMU's control connection failed or refused.</summary>
    Qmp,
}
