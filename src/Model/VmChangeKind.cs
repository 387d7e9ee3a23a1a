namespace Lorica.Model;

/// <summary>What has become of a VM, as its host tells by itself. <see cref="HostWords"/> has the words.</summary>
public enum VmChangeKind
{
    /// <summary>It was powered on.</summary>
    PoweredOn,

    /// <summary>It was powered off.</summary>
    PoweredOff,

    /// <summary>Its guest ended by itself.</summary>
    GuestEnded,

    /// <summary>Its vmx was replaced.</summary>
    VmxRestarted,

    /// <summary>Its guest stands still because of a disk.</summary>
    IoError,

    /// <summary>It goes on.</summary>
    GuestGoesOn,

    /// <summary>Acknowledged writes were not made durable.</summary>
    WritesLost,
}
