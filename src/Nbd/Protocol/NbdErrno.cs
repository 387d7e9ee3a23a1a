namespace Lorica.Nbd.Protocol;

/// <summary>
/// Error numbers on the wire (section "Error values"); they are the protocol's own, equal to Linux by its choice.
/// </summary>
public enum NbdErrno
{
    /// <summary>Success.</summary>
    None = 0,

    /// <summary>Operation not permitted.</summary>
    NotPermitted = 1,

    /// <summary>Input/output error.</summary>
    Io = 5,

    /// <summary>Cannot allocate memory.</summary>
    NoMemory = 12,

    /// <summary>Invalid argument.</summary>
    Invalid = 22,

    /// <summary>No space left, or a write beyond the end.</summary>
    NoSpace = 28,

    /// <summary>Value too large.</summary>
    Overflow = 75,

    /// <summary>Operation not supported.</summary>
    NotSupported = 95,

    /// <summary>The server is going down.</summary>
    Shutdown = 108,
}
