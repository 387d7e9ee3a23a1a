namespace Lorica.Model;

/// <summary>What the guest of a powered-on VM does, as its vmx said last. <see cref="HostWords"/> has the words.</summary>
public enum GuestState
{
    /// <summary>QEMU is being started, or looked for.</summary>
    Starting,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It stands still because it is meant to.</summary>
    Paused,

    /// <summary>It stands still because of a disk.</summary>
    IoError,
}
