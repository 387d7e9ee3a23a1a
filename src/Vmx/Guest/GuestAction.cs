namespace Lorica.Vmx.Guest;

/// <summary>What the machine wants done now.</summary>
internal enum GuestAction
{
    None,

    /// <summary>QMP <c>cont</c>.</summary>
    Continue,

    /// <summary>QMP <c>stop</c>.</summary>
    Stop,

    /// <summary>QMP <c>system_reset</c>: the reset button.</summary>
    Reset,

    /// <summary>QMP <c>system_powerdown</c>: the power button.</summary>
    PowerDown,

    /// <summary>QMP <c>quit</c>.</summary>
    Quit,

    /// <summary>SIGKILL.</summary>
    Kill,
}
