namespace Lorica.Contracts.Vmx;

/// <summary>
/// Space that a datastore must have free; one number each for the check before an operation and for the job that carries it out,
/// so that neither promises what the other refuses.
/// </summary>
public static class SpaceLimits
{
    /// <summary>
    /// For a job that changes disks in place: the side file of the one disk that is changed at a time (8.02 MiB: a page, and two
    /// windows of 4 MiB with a page each, docs/formats/in-place-change.md), and new descriptors and VMX beside the old ones.
    /// </summary>
    public const long SideFile = 16L << 20;

    /// <summary>What a copy leaves free, since a full datastore stops every guest on it.</summary>
    public const long CopyReserve = 32L << 20;
}
