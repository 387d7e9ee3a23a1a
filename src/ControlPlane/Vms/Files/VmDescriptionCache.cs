using Google.Protobuf;
using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Vms.Files;

/// <summary>The last description of each VM, for the time when its host does not answer. Never the base of a decision.</summary>
public sealed class VmDescriptionCache(CenterStore store, HostLinks links, TimeProvider time)
{
    /// <summary>State of a guest that stands still because of a disk.</summary>
    internal const string StandsStill = "ioError";

    private static readonly TimeSpan HostTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Asks the host and keeps the answer.</summary>
    /// <returns>The VM's name, and the answer; null when the center does not know it.</returns>
    public async Task<(string Name, VmDescription Files)?> RefreshAsync(string hostId, string vmId, CancellationToken ct)
    {
        string? name = await store.ReadAsync(
            db => db.Vms.Where(v => v.Id == vmId && v.HostId == hostId).Select(v => v.Name).FirstOrDefaultAsync(ct), ct);
        if (name is null)
        {
            return null;
        }

        var files = await DescribeAsync(hostId, vmId, ct);
        await SaveAsync(files, ct);
        return (name, files);
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

    /// <summary>
    /// Keeps a description; not one of files that could not be read, which would take the place of one that was.
    /// </summary>
    public Task SaveAsync(VmDescription description, CancellationToken ct)
    {
        if (description.Unread)
        {
            return Task.CompletedTask;
        }

        byte[] bytes = description.ToByteArray();
        string id = description.VmId;
        return store.WriteAsync(
            db => db.Vms.Where(v => v.Id == id).ExecuteUpdateAsync(s => s.SetProperty(v => v.Snapshot, bytes), ct), ct);
    }

    private async Task<VmDescription> AskAsync(string hostId, string vmId, CancellationToken ct) =>
        await links.Client(hostId).DescribeVmAsync(
            new VmRequest { VmId = vmId }, deadline: time.GetUtcNow().UtcDateTime + HostTimeout, cancellationToken: ct);
}
