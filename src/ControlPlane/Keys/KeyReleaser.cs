using Grpc.Core;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Removes keys from a host that no record of a VM on it names any more. The KMS keeps its copy always. A host that does not
/// answer now is not asked again: it forgets all keys at its next start, and until then holds one that opens nothing.
/// </summary>
public sealed partial class KeyReleaser(CenterStore store, HostLinks links, TimeProvider time, ILogger<KeyReleaser> log)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Removes those of <paramref name="keys"/> that nothing needs.</summary>
    public async Task ReleaseAsync(string hostId, IReadOnlyList<KeyOrder> keys, CancellationToken ct)
    {
        var needed = await store.ReadAsync(
            db => (
                from r in db.KeyRecords
                join v in db.Vms on r.VmId equals v.Id
                where v.HostId == hostId && r.State == KeyRecordStates.Usable
                select new { r.Provider, r.KeyId }).ToListAsync(ct),
            ct);
        var request = new RemoveKeysRequest();
        request.Keys.AddRange(
            keys.Where(k => !needed.Any(n => n.Provider == k.Provider && n.KeyId == k.KeyId)).Select(k => k.ToRef()));
        if (request.Keys.Count == 0)
        {
            return;
        }

        try
        {
            await links.Client(hostId)
                .RemoveKeysAsync(request, deadline: time.GetUtcNow().UtcDateTime + Timeout, cancellationToken: ct);
        }
        catch (RpcException e)
        {
            LogNotReleased(log, hostId, request.Keys.Count, e.StatusCode);
        }
    }

    [LoggerMessage(2101, LogLevel.Warning, "Host {HostId} was not asked to drop {Count} keys: {Status}")]
    private static partial void LogNotReleased(ILogger log, string hostId, int count, StatusCode status);
}
