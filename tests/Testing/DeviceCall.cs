using Lorica.Disks;

namespace Lorica.Testing;

/// <summary>A call on a device, as <see cref="FaultDevice"/> sees it.</summary>
public enum DeviceCall
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
