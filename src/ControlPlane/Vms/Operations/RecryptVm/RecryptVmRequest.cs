using Lorica.Model;

namespace Lorica.ControlPlane.Vms.Operations.RecryptVm;

/// <summary>Gives objects of a VM new keys.</summary>
/// <param name="Deep">New DEKs too.</param>
/// <param name="Home">VM home; with <paramref name="Disks"/> null too: everything that is encrypted.</param>
/// <param name="Disks">Labels of the disks.</param>
/// <param name="Force">Deep, although the start of a disk looks like nothing known.</param>
/// <param name="Keys">Keys that the request names.</param>
public sealed record RecryptVmRequest(
    bool Deep, bool? Home, IReadOnlyList<string>? Disks, bool Force, IReadOnlyList<KeySpec> Keys);
