namespace Lorica.Disks;

/// <summary>How a window is protected while an in-place job changes it.</summary>
public enum TransitionMethod
{
    /// <summary>By a copy of it in the side file; what this version writes.</summary>
    Journal,

    /// <summary>By its checksum in the side file; known by name only, so that such a job is refused as what it is.</summary>
    Checksum,
}
