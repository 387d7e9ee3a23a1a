namespace Lorica.Vmx.Guest;

/// <summary>How a guest ended.</summary>
internal enum GuestEnd
{
    None,
    GuestShutdown,
    PoweredOff,
    Failed,
}
