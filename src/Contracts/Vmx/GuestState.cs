namespace Lorica.Contracts.Vmx;

/// <summary>State of a guest as its vmx sees it; <see cref="GuestStates"/> has the words.</summary>
public enum GuestState
{
    /// <summary>QEMU is being started, or looked for.</summary>
    Starting,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It stands still because the host wants it to, or because QEMU says so.</summary>
    Paused,

    /// <summary>It stands still because of a disk.</summary>
    IoError,

    /// <summary>QEMU has gone.</summary>
    Ended,
}
