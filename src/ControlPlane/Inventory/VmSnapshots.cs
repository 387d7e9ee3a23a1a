using Google.Protobuf;
using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Inventory;

/// <summary>The last description of each VM, for the time when its host does not answer. Never the base of a decision.</summary>
public sealed class VmSnapshots(CenterStore store, HostLinks links, TimeProvider time)
{
    private static readonly TimeSpan HostTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Asks the host and keeps the answer.</summary>
    /// <returns>The VM's name; null when the center does not know it.</returns>
    public async Task<string?> RefreshAsync(string hostId, string vmId, CancellationToken ct)
    {
        var name = await store.ReadAsync(
            db => db.Vms.Where(v => v.Id == vmId && v.HostId == hostId).Select(v => v.Name).FirstOrDefaultAsync(ct), ct);
        if (name is not null)
        {
            await SaveAsync(await DescribeAsync(hostId, vmId, ct), ct);
        }

        return name;
    }

    /// <summary>
    /// What the files say now. Asked twice where the first answer was lost: a connection that a restart of the host has left
    /// behind breaks at its next use.
    /// </summary>
    public async Task<VmDescription> DescribeAsync(string hostId, string vmId, CancellationToken ct)
    {
        try
        {
            return await AskAsync(hostId, vmId, ct);
        }
        catch (RpcException e) when (HostCalls.IsTransport(e) && e.StatusCode != StatusCode.DeadlineExceeded
            && !ct.IsCancellationRequested)
        {
            return await AskAsync(hostId, vmId, ct);
        }
    }

    /// <summary>Keeps a description.</summary>
    public Task SaveAsync(VmDescription description, CancellationToken ct)
    {
        var bytes = description.ToByteArray();
        var id = description.VmId;
        return store.WriteAsync(
            db => db.Vms.Where(v => v.Id == id).ExecuteUpdateAsync(s => s.SetProperty(v => v.Snapshot, bytes), ct), ct);
    }

    private async Task<VmDescription> AskAsync(string hostId, string vmId, CancellationToken ct) =>
        await links.Client(hostId).DescribeVmAsync(
            new VmRequest { VmId = vmId }, deadline: time.GetUtcNow().UtcDateTime + HostTimeout, cancellationToken: ct);
}
