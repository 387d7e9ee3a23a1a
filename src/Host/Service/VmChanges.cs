using Lorica.Contracts.Host;

namespace Lorica.Host.Service;

/// <summary><see cref="VmChange"/> on the wire.</summary>
internal static class VmChanges
{
    /// <summary>To the wire.</summary>
    public static VmChangeKind ToMessage(this VmChange member) => member switch
    {
        VmChange.PoweredOn => VmChangeKind.PoweredOn,
        VmChange.PoweredOff => VmChangeKind.PoweredOff,
        VmChange.GuestEnded => VmChangeKind.GuestEnded,
        VmChange.VmxRestarted => VmChangeKind.VmxRestarted,
        VmChange.IoError => VmChangeKind.IoError,
        VmChange.GuestGoesOn => VmChangeKind.GuestGoesOn,
        VmChange.WritesLost => VmChangeKind.WritesLost,
        _ => throw new ArgumentOutOfRangeException(nameof(member), member, "A member that the wire does not know."),
    };
}
