using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;

namespace Lorica.Host.Home;

/// <summary><see cref="GuestState"/> between host and center.</summary>
internal static class VmGuests
{
    /// <summary>To the wire; of a guest that has ended, or of which nothing is known, nothing.</summary>
    public static VmGuestState ToMessage(GuestState? guest) => guest switch
    {
        null or GuestState.Ended => VmGuestState.Unspecified,
        GuestState.Starting => VmGuestState.Starting,
        GuestState.Running => VmGuestState.Running,
        GuestState.Paused => VmGuestState.Paused,
        GuestState.IoError => VmGuestState.IoError,
        _ => throw new ArgumentOutOfRangeException(nameof(guest), guest, "A state of a guest that the wire does not know."),
    };
}
