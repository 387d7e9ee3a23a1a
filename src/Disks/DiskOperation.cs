namespace Lorica.Disks;

/// <summary>Kinds of calls on a device, as they wait for a worker.</summary>
internal enum DiskOperation
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
