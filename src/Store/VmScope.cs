namespace Lorica.Store;

/// <summary>
/// The VMs that count for somebody, said so that the database can pick them: by the container in which they are, and by
/// themselves where something of their own decides.
/// </summary>
/// <param name="Elsewhere">Whether a VM counts whose container is not in <paramref name="Containers"/>; one in them counts
/// when this is false.</param>
/// <param name="Containers">Containers that decide otherwise than all others.</param>
/// <param name="Vms">VMs that count wherever they are.</param>
/// <param name="NotVms">VMs that do not, wherever they are.</param>
public sealed record VmScope(
    bool Elsewhere, IReadOnlyCollection<string> Containers, IReadOnlyCollection<string> Vms, IReadOnlyCollection<string> NotVms)
{
    /// <summary>All VMs.</summary>
    public static VmScope All { get; } = new(true, [], [], []);
}
