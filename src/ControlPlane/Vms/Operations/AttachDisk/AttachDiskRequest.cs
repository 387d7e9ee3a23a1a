using Lorica.ControlPlane.Vms.Operations.Disks;
using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.AttachDisk;

/// <summary>Attaches a disk that is there already.</summary>
public sealed record AttachDiskRequest : DiskRequest
{
    /// <summary>Policy: name or id, then id; empty for the datastore default.</summary>
    public string Policy { get; init; } = "";

    /// <summary>Other VMs are to write to it too.</summary>
    public bool Shared { get; init; }

    /// <summary>The record that the disk gets; decided when it begins.</summary>
    public IReadOnlyList<RecordPlan> Records { get; init; } = [];
}
