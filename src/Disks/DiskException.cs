namespace Lorica.Disks;

/// <summary>
/// The only exception of this library. Three families: the disk or its record refuses (WrongKey, SealBroken, EscapesFolder, …),
/// the system failed (<see cref="DiskErrorKind.Io"/>, <see cref="DiskErrorKind.NoSpace"/>), the caller is wrong
/// (<see cref="DiskErrorKind.InvalidArgument"/>). The message never holds guest data or keys.
/// </summary>
public sealed class DiskException : Exception
{
    /// <summary>Makes an exception with its context.</summary>
    public DiskException(DiskErrorKind kind, string message, string? path = null, long? offset = null, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Path = path;
        Offset = offset;
    }

    /// <summary>What to switch on.</summary>
    public DiskErrorKind Kind { get; }

    /// <summary>The file or disk it is about, as far as known.</summary>
    public string? Path { get; }

    /// <summary>What a person can do about it, where this library knows; the message does not repeat it.</summary>
    public string? WayOut { get; init; }

    /// <summary>Byte offset in the disk or file, where one is known.</summary>
    public long? Offset { get; }
}
