namespace Lorica.Disks.Locks;

/// <summary>
/// The right to change files. Whoever changes one asks before each single change, and changes nothing without it.
/// </summary>
public interface IWriteRight
{
    /// <summary>Whether a change may begin now. Cheap. Once lost, a right does not come back.</summary>
    bool IsValid { get; }

    /// <summary>Why it was lost; half a sentence.</summary>
    string Reason { get; }
}
