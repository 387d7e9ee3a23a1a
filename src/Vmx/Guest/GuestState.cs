namespace Lorica.Vmx.Guest;

/// <summary>State of the guest as the host sees it.</summary>
internal enum GuestState
{
    Starting,
    Running,
    Paused,
    IoError,
    Ended,
}
