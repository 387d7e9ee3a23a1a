namespace Lorica.Disks;

/// <summary>Kinds of calls on a device, as <see cref="FaultDevice"/> sees them.</summary>
public enum DiskOperation
{
    /// <summary><see cref="IBlockReader.ReadAsync"/>.</summary>
    Read,

    /// <summary><see cref="IBlockDevice.WriteAsync"/>.</summary>
    Write,

    /// <summary><see cref="IBlockDevice.FlushAsync"/>.</summary>
    Flush,

    /// <summary><see cref="ISparse.TrimAsync"/>.</summary>
    Trim,

    /// <summary><see cref="ISparse.WriteZeroesAsync"/>.</summary>
    WriteZeroes,
}
