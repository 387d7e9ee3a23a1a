namespace Lorica.Disks;

/// <summary>How far a job is, in bytes of the virtual disk.</summary>
/// <param name="Done">Bytes that are converted and durable (holes count).</param>
/// <param name="Total">Size of the disk.</param>
public readonly record struct DiskProgress(long Done, long Total);
