namespace Lorica.Host.Registry;

/// <summary>
/// A folder with files of a VM in which the VM is not: a copy that was not finished, or the place that it moved away from.
/// </summary>
/// <param name="Datastore">Datastore by name.</param>
/// <param name="Folder">Folder on it.</param>
/// <param name="Own">The folder was made for this and its name is nobody else's; else only a
/// folder whose VMX is this VM's is removed.</param>
internal sealed record VmLeftover(string Datastore, string Folder, bool Own);
