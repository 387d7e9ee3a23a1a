using Lorica.ControlPlane.Model;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Gives objects of a VM new keys.</summary>
/// <param name="Deep">New DEKs too.</param>
/// <param name="Home">VM home; with <paramref name="Disks"/> null too: everything that is encrypted.</param>
/// <param name="Disks">Labels of the disks.</param>
/// <param name="Force">Deep, although the start of a disk looks like nothing known.</param>
/// <param name="Keys">Keys that the request names.</param>
[GenerateSerializer]
[Alias("Lorica.RecryptCommand")]
public sealed record RecryptCommand(bool Deep, bool? Home, List<string>? Disks, bool Force, List<KeySpec> Keys);
