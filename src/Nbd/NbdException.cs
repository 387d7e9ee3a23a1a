using Lorica.Nbd.Protocol;

namespace Lorica.Nbd;

/// <summary>
/// The only exception of this library. Three families: the peer broke or refused (Protocol, TooLarge, PeerRefused, UnknownExport,
/// Refused), the connection failed (<see cref="NbdErrorKind.Transport"/>), the caller is wrong
/// (<see cref="NbdErrorKind.Misuse"/>). The message never holds data of a disk.
/// </summary>
public sealed class NbdException : Exception
{
    /// <summary>Makes an exception with its context.</summary>
    public NbdException(NbdErrorKind kind, string message, NbdErrno error = NbdErrno.None, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Error = error;
    }

    /// <summary>What to switch on.</summary>
    public NbdErrorKind Kind { get; }

    /// <summary>The error number on the wire, for <see cref="NbdErrorKind.Refused"/>.</summary>
    public NbdErrno Error { get; }
}
