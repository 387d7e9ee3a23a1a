namespace Lorica.Contracts.Rest;

/// <summary>
/// <c>POST /api/v1/policies/{policy}/apply</c>: to the VMs named, to those in a folder or datacenter and below it, or to all.
/// </summary>
/// <param name="Vms">Names or ids.</param>
/// <param name="Folder">Folder or datacenter by name or id.</param>
/// <param name="All">All that the caller can see.</param>
/// <param name="Home">Apply to VM home; with <paramref name="Disks"/> left out too: to everything.</param>
/// <param name="Disks">Labels of the disks.</param>
/// <param name="Parallel">VMs at the same time.</param>
public sealed record ApplyPolicyBody(
    IReadOnlyList<string>? Vms = null, string? Folder = null, bool All = false, bool? Home = null,
    IReadOnlyList<string>? Disks = null, int Parallel = 8);
