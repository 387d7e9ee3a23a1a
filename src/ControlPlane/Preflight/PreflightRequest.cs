using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Preflight;

/// <summary>An operation that is about to begin.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Files">What its files say.</param>
/// <param name="Action">What it is.</param>
/// <param name="Provider">Provider of the new key; null when none is made.</param>
/// <param name="Disks">Disks whose data it touches.</param>
internal sealed record PreflightRequest(
    VmRow Vm, VmFiles Files, PreflightAction Action, string? Provider, IReadOnlyList<VmDisk> Disks)
{
    /// <summary>With a clone: host and datastore where it will lie.</summary>
    public (string HostId, string Datastore)? Target { get; init; }

    /// <summary>A key that the request names; it must not belong to another VM.</summary>
    public string? KeyId { get; init; }
}
