using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Policies;

/// <summary>
/// Checks before encrypt, decrypt, recrypt and clone: gathers what <see cref="PreflightRules"/> needs and asks them. What cannot
/// be found out now (a host that does not answer, a KMS that does not show its certificate) is no reason to refuse: the operation
/// itself meets it.
/// </summary>
internal sealed class Preflight(CenterStore store, HostLinks links, ProviderCertificates certificates, TimeProvider time)
{
    private static readonly TimeSpan HostTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Throws the first reason to refuse.</summary>
    public async Task RequireAsync(PreflightOrder order, CancellationToken ct)
    {
        if ((await CheckAsync(order, ct)).FirstOrDefault(f => f.Refuses) is { Fault: { } fault })
        {
            throw new FaultException(fault);
        }
    }

    /// <summary>Runs all checks.</summary>
    public async Task<List<PreflightFinding>> CheckAsync(PreflightOrder order, CancellationToken ct)
    {
        var facts = await store.ReadAsync(
            async db => new PreflightFacts
            {
                Now = time.GetUtcNow(),
                CenterVm = await db.CenterSettings.Where(s => s.Name == CenterSettings.RunsIn)
                    .Select(s => s.Value).FirstOrDefaultAsync(ct),
                Guests = await db.ProviderGuests.ToDictionaryAsync(g => g.Provider, g => g.VmId, ct),
                Needs = (await db.KeyRecords.Where(
                    r => r.State == KeyRecordStates.Usable && db.ProviderGuests.Any(g => g.VmId == r.VmId))
                    .Select(r => new { r.VmId, r.Provider }).Distinct().ToListAsync(ct)).ToLookup(r => r.VmId, r => r.Provider),
                KeyUsers = order.KeyId is null ? [] : await KeyUsersAsync(db, order, ct),
            },
            ct);
        facts = facts with
        {
            Certificates = order.Provider is { } provider ? await certificates.OfAsync(provider, ct) : [],
            Free = await FreeAsync(order.Target?.HostId ?? order.Vm.HostId, ct),
        };
        return [.. PreflightRules.Check(order, facts)];
    }

    /// <summary>
    /// Who else has the named key, or had it: VMs of the inventory, those that left it and whose files lie somewhere, and hosts.
    /// A key that was made and never used is nobody's.
    /// </summary>
    private static async Task<List<string>> KeyUsersAsync(CenterDb db, PreflightOrder order, CancellationToken ct)
    {
        var records = db.KeyRecords.Where(r => r.Provider == order.Provider && r.KeyId == order.KeyId && r.VmId != order.Vm.Id);
        var names = await (from r in records join v in db.Vms on r.VmId equals v.Id select v.Name).ToListAsync(ct);
        names.AddRange(
            await (from r in records join h in db.Hosts on r.ObjectId equals h.Id select $"host {h.Name}").ToListAsync(ct));
        var gone = await records.Where(r => (r.State != KeyRecordStates.Retired || r.Generation > 0)
            && !db.Vms.Any(v => v.Id == r.VmId) && !db.Hosts.Any(h => h.Id == r.ObjectId))
            .Select(r => r.VmId == "" ? r.ObjectId : r.VmId).ToListAsync(ct);
        var known = await db.KnownVms.Where(k => gone.Contains(k.VmId)).ToDictionaryAsync(k => k.VmId, k => k.Name, ct);
        names.AddRange(gone.Select(id => $"{known.GetValueOrDefault(id, id)}, which left the inventory"));
        return [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyDictionary<string, long>> FreeAsync(string hostId, CancellationToken ct)
    {
        try
        {
            var host = await links.Client(hostId).DescribeAsync(
                new DescribeHostRequest(), deadline: time.GetUtcNow().UtcDateTime + HostTimeout, cancellationToken: ct);
            return host.Datastores.DistinctBy(d => d.Name).ToDictionary(d => d.Name, d => d.Free, StringComparer.Ordinal);
        }
        catch (RpcException) when (!ct.IsCancellationRequested)
        {
            return new Dictionary<string, long>();
        }
    }
}
