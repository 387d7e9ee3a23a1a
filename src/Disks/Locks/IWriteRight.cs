namespace Lorica.Disks.Locks;

/// <summary>
/// The right to change files. Whoever changes one asks before each single change, and changes nothing without it.
/// </summary>
public interface IWriteRight
{
    /// <summary>Whether a change may begin now. Cheap. Once lost, a right does not come back; one that only could not be looked
    /// up may.</summary>
    bool IsValid { get; }

    /// <summary>Why it was lost; half a sentence.</summary>
    string Reason { get; }

    /// <summary>Whether it is only that nobody has the right just now: the process that has it is being replaced.</summary>
    bool IsAway => false;
}
