using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Brokers;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Providers;

/// <summary>
/// Warns of certificates that end: ours towards a KMS and the KMS's own, 60, 30 and 7 days before, and when they have ended. One
/// alarm per provider; an event each time that a nearer line is crossed. A renewed certificate clears it.
/// </summary>
public sealed class CertificateCheck(
    CenterStore store, BrokerLink broker, AlarmStore alarms, EventLog events, ProviderWatch watch, TimeProvider time)
{
    /// <summary>Stands for "has ended".</summary>
    private const int Ended = -1;
    private static readonly int[] Lines = [7, 30, 60];

    /// <summary>Looks at every provider.</summary>
    internal async Task RunAsync(CancellationToken ct)
    {
        var names = await store.ReadAsync(db => db.Providers.NamesAsync(ct), ct);
        foreach (string name in names)
        {
            try
            {
                var reply = await broker.CallAsync((b, o) => b.ProviderStatusAsync(new ProviderRequest { Name = name }, o), ct);
                await SeenAsync(reply, ct);
                await watch.SeenAsync(name, reply.Healthy, Errors(reply), ct);
            }
            catch (FaultException)
            {
                // The broker does not answer, or was reset: the next check looks again.
            }
        }
    }

    /// <summary>What the servers of a status had to say.</summary>
    internal static string Errors(ProviderStatusReply reply) => string.Join("; ",
        reply.Servers.Where(s => s.Error.Length > 0).Select(s => $"{s.Address?.Host}:{s.Address?.Port} {s.Error}"));

    /// <summary>Judges the certificates of a status.</summary>
    internal async Task SeenAsync(ProviderStatusReply reply, CancellationToken ct)
    {
        long client = reply.Servers.Select(s => s.ClientNotAfterUnix).Where(t => t > 0).DefaultIfEmpty().Min();
        var server = reply.Servers.Where(s => s.ServerNotAfterUnix > 0).MinBy(s => s.ServerNotAfterUnix);
        var (clientLine, serverLine) = (LineOf(client), LineOf(server?.ServerNotAfterUnix ?? 0));
        await store.WriteAsync(
            async db =>
            {
                if (await db.Providers.FindAsync(reply.Name, ct) is not { } row)
                {
                    return;
                }

                string ours = clientLine == 0 ? "" : $"Our certificate towards {reply.Name} {Words(client)}. Renew it: "
                    + $"{ProviderIdentities.RenewalOf(row.Identity, reply.Name)}.";
                string theirs = serverLine == 0
                    ? "" : $"The certificate of {server!.Address?.Host}:{server.Address?.Port} of {reply.Name} "
                        + $"{Words(server.ServerNotAfterUnix)}. When the KMS has a new one: lorica kms trust {reply.Name}.";
                row.ClientWarned = Warn(db, row.ClientWarned, clientLine, EventIds.KmsClientCertExpiration, reply.Name, ours);
                row.ServerWarned = Warn(db, row.ServerWarned, serverLine, EventIds.KmsServerCertExpiration, reply.Name, theirs);
                if (clientLine == 0 && serverLine == 0)
                {
                    await alarms.ClearAsync(db, AlarmIds.CertificateExpiry, reply.Name, ct);
                    return;
                }

                bool critical = new[] { clientLine, serverLine }.Any(l => l is Ended or 7);
                await alarms.RaiseAsync(db, AlarmIds.CertificateExpiry, ObjectRef.Provider(reply.Name),
                    critical ? AlarmSeverity.Critical : AlarmSeverity.Warning, $"{ours} {theirs}".Trim(), ct);
            },
            ct);
    }

    /// <summary>An event when a nearer line was crossed.</summary>
    private int Warn(CenterDb db, int warned, int line, string eventId, string provider, string message)
    {
        if (line != 0 && (warned == 0 || line < warned))
        {
            events.Add(db, eventId, Caller.System.User, provider, message);
        }

        return line;
    }

    /// <summary>The nearest of 60, 30, 7 days that was crossed; -1 when it has ended, 0 when none was.</summary>
    private int LineOf(long unix)
    {
        if (unix == 0)
        {
            return 0;
        }

        var left = DateTimeOffset.FromUnixTimeSeconds(unix) - time.GetUtcNow();
        return left <= TimeSpan.Zero ? Ended : Lines.FirstOrDefault(days => left <= TimeSpan.FromDays(days));
    }

    private string Words(long unix)
    {
        var end = DateTimeOffset.FromUnixTimeSeconds(unix);
        int days = (int)Math.Ceiling((end - time.GetUtcNow()).TotalDays);
        return days <= 0 ? $"ended on {end:yyyy-MM-dd}" : $"ends on {end:yyyy-MM-dd}, in {days} {(days == 1 ? "day" : "days")}";
    }
}
