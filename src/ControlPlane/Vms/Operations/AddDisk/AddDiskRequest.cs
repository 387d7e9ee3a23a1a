using Lorica.ControlPlane.Vms.Operations.Disks;

namespace Lorica.ControlPlane.Vms.Operations.AddDisk;

/// <summary>Adds an empty disk.</summary>
public sealed record AddDiskRequest : DiskRequest
{
    /// <summary>Bytes.</summary>
    public long Capacity { get; init; }

    /// <summary><c>thin</c>, <c>lazyZeroed</c>, <c>eagerZeroed</c>.</summary>
    public string Provisioning { get; init; } = "thin";

    /// <summary>Policy: name or id, then id; empty for that of VM home.</summary>
    public string Policy { get; init; } = "";

    /// <summary>Provider of a new key, or <c>default</c>; empty for the VM's key. Then the provider of the disk's key.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The VM's key that the disk gets; decided when it begins.</summary>
    public string KeyId { get; init; } = "";

    /// <summary>Its check value.</summary>
    public string Kcv { get; init; } = "";
}
