namespace Lorica.Cli.Output;

/// <summary>What the command line ends with; scripts switch on it, so the numbers never change.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Success = 0,

    /// <summary>Something failed that has no number of its own.</summary>
    Other = 1,

    /// <summary>The command line, or an argument in it, is malformed.</summary>
    Usage = 2,

    /// <summary>No session, or it has ended.</summary>
    NotSignedIn = 3,

    /// <summary>A rule, or the state of an object, forbids it.</summary>
    Refused = 4,

    /// <summary>There is no such object.</summary>
    NotFound = 5,

    /// <summary>The signed-in person lacks a privilege.</summary>
    NoPermission = 6,

    /// <summary>The center, a host or a KMS cannot be reached or trusted.</summary>
    Unreachable = 7,

    /// <summary>Ended by Ctrl-C or SIGTERM.</summary>
    Interrupted = 130,
}
