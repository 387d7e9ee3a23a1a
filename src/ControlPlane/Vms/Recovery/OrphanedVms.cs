using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.Store;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Vms.Recovery;

/// <summary>
/// VMs that a host still lists although they went elsewhere while it was away: it is told to forget them. Only what the center
/// knows to have left that host is told, under the epoch with which it left; files and another host's lock are not touched.
/// </summary>
internal sealed partial class OrphanedVms(CenterStore store, HostClient hosts, ILogger<OrphanedVms> log)
{
    /// <summary>Makes <paramref name="hostId"/> forget them.</summary>
    /// <exception cref="FaultException">The host does not answer.</exception>
    public async Task ForgetAsync(string hostId, CancellationToken ct)
    {
        var listed = await hosts.Once(hostId).Vms.ListAsync(ct);
        foreach (var (vm, epoch) in await GoneAsync(hostId, [.. listed.Select(v => v.VmId)], ct))
        {
            try
            {
                // One that hangs must not keep the others of its host from their keys.
                await hosts.Glance(hostId).Vms.UnregisterAsync(vm, epoch, ct);
                LogForgotten(log, hostId, vm);
            }
            catch (FaultException e) when (!HostFailures.IsGone(e))
            {
                // It runs there, a later epoch has it, or its files hang: asked again when the host connects next.
                LogKept(log, hostId, vm, e.Fault.Message);
            }
        }
    }

    private Task<List<(string Vm, long Epoch)>> GoneAsync(
        string hostId, List<string> listed, CancellationToken ct) => store.ReadAsync(
        async db =>
        {
            var elsewhere = await db.Vms.PresentElsewhereAsync(listed, hostId, ct);
            var left = await db.KnownVms.LeftAsync(listed, hostId, ct);
            var busy = await db.Tasks.BusyVmsAsync(ct);
            return elsewhere.Concat(left).Where(v => !busy.Contains(v.Id)).ToList();
        },
        ct);

    [LoggerMessage(2010, LogLevel.Information, "Host {HostId} forgets VM {VmId}, which is elsewhere now")]
    private static partial void LogForgotten(ILogger log, string hostId, string vmId);

    [LoggerMessage(2011, LogLevel.Warning, "Host {HostId} keeps VM {VmId}, which is elsewhere now: {Why}")]
    private static partial void LogKept(ILogger log, string hostId, string vmId, string why);
}
