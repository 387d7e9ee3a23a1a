using Lorica.ControlPlane.Hosts;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Vms.Files;

/// <summary>The last description of each VM, for the time when its host does not answer. Never the base of a decision.</summary>
public sealed class VmDescriptionCache(CenterStore store, HostClient hosts)
{
    /// <summary>Asks the host and keeps the answer.</summary>
    /// <returns>The VM's name, and the answer; null when the center does not know it.</returns>
    public async Task<(string Name, VmFiles Files)?> RefreshAsync(string hostId, string vmId, CancellationToken ct)
    {
        if (await store.ReadAsync(db => db.Vms.FindOnHostAsync(vmId, hostId, ct), ct) is not { Name: var name })
        {
            return null;
        }

        var files = await DescribeAsync(hostId, vmId, ct);
        await SaveAsync(files, ct);
        return (name, files);
    }

    /// <summary>What the files say now.</summary>
    public Task<VmFiles> DescribeAsync(string hostId, string vmId, CancellationToken ct) =>
        hosts.AskAgain(hostId).Vms.DescribeAsync(vmId, ct);

    /// <summary>The same; null when the VM is not on the host's list.</summary>
    public Task<VmFiles?> FindAsync(string hostId, string vmId, CancellationToken ct) =>
        hosts.AskAgain(hostId).Vms.FindAsync(vmId, ct);

    /// <summary>
    /// Keeps a description; not one of files that could not be read, which would take the place of one that was.
    /// </summary>
    public Task SaveAsync(VmFiles description, CancellationToken ct)
    {
        if (description.Unread)
        {
            return Task.CompletedTask;
        }

        byte[] bytes = KeptDescriptions.Keep(description);
        string id = description.VmId;
        return store.WriteAsync(db => db.Vms.SetSnapshotAsync(id, bytes, ct), ct);
    }
}
