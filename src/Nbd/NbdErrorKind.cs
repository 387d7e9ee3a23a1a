namespace Lorica.Nbd;

/// <summary>Why an NBD connection was refused or broke off. Callers switch on this, never on message text.</summary>
public enum NbdErrorKind
{
    /// <summary>The peer sent bytes that break the protocol; nothing after them can be trusted, the connection ends.</summary>
    Protocol,

    /// <summary>The peer asked for more than is accepted (payload, option or name too long, too many options).</summary>
    TooLarge,

    /// <summary>The peer is not one of those that may connect.</summary>
    PeerRefused,

    /// <summary>No export of that name.</summary>
    UnknownExport,

    /// <summary>The other side answered a request with an error (client only; see <see cref="NbdException.Error"/>).</summary>
    Refused,

    /// <summary>The connection ended or failed.</summary>
    Transport,

    /// <summary>The caller's mistake.</summary>
    Misuse,
}
