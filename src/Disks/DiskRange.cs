namespace Lorica.Disks;

/// <summary>A part of a device in one state.</summary>
/// <param name="Offset">First byte, a multiple of 512.</param>
/// <param name="Length">Bytes, a positive multiple of 512.</param>
/// <param name="State">What is there.</param>
public readonly record struct DiskRange(long Offset, long Length, RangeState State)
{
    /// <summary>First byte behind the range.</summary>
    public long End => Offset + Length;

    /// <summary>Whether a whole disk's range has to be read; if not, it certainly reads as zeros.</summary>
    /// <exception cref="InvalidOperationException">
    /// The range is absent: neither is known before the link below is asked. Taken for zeros it would lose data.
    /// </exception>
    public bool HoldsData => State switch
    {
        RangeState.Data => true,
        RangeState.Zero => false,
        _ => throw new InvalidOperationException($"A range of a whole disk is data or zeros, but this one is {State}."),
    };
}
