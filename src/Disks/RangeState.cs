namespace Lorica.Disks;

/// <summary>What a link of a disk says of a part of it.</summary>
public enum RangeState
{
    /// <summary>
    /// This link does not hold it: the link below is asked. The lowest link of a disk, and a whole disk, never say so.
    /// </summary>
    Absent,

    /// <summary>It reads as zeros and takes no space, whatever a link below holds.</summary>
    Zero,

    /// <summary>It has to be read.</summary>
    Data,
}
