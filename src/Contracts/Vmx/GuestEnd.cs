namespace Lorica.Contracts.Vmx;

/// <summary>How a guest ended; <see cref="GuestEnds"/> has the words.</summary>
public enum GuestEnd
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>It shut itself down.</summary>
    GuestShutdown,

    /// <summary>The host wanted it to end.</summary>
    PoweredOff,

    /// <summary>QEMU failed; the detail says why.</summary>
    Failed,
}
