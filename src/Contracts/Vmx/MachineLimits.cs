namespace Lorica.Contracts.Vmx;

/// <summary>
/// What a machine can have; one bound for center, host and vmx, so that none accepts what the next one refuses.
/// </summary>
public static class MachineLimits
{
    /// <summary>Most processors: QEMU's machine type has no more.</summary>
    public const int MaximumCpus = 255;

    /// <summary>Least memory, MiB.</summary>
    public const long MinimumMemoryMib = 16;

    /// <summary>Most memory, MiB: 4 TiB.</summary>
    public const long MaximumMemoryMib = 4L << 20;

    /// <summary>Most disks.</summary>
    public const int MaximumDisks = 16;
}
