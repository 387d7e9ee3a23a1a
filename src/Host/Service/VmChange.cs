namespace Lorica.Host.Service;

/// <summary>What has become of a VM, for whoever watches; <see cref="VmChanges"/> has those of the wire.</summary>
internal enum VmChange
{
    PoweredOn,
    PoweredOff,

    /// <summary>By itself: nobody asked for it.</summary>
    GuestEnded,
    VmxRestarted,

    /// <summary>The guest stands still because of a disk.</summary>
    IoError,
    GuestGoesOn,

    /// <summary>Acknowledged writes were not made durable.</summary>
    WritesLost,
}
