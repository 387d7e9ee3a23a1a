using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Preflight;

/// <summary>
/// Checks before encrypt, decrypt, recrypt and clone: gathers what <see cref="PreflightRules"/> needs and asks them. What cannot
/// be found out now (a host that does not answer, a KMS that does not show its certificate) is no reason to refuse: the operation
/// itself meets it.
/// </summary>
internal sealed class PreflightCheck(CenterStore store, HostClient hosts, ProviderCertificates certificates, TimeProvider time)
{
    /// <summary>Throws the first reason to refuse.</summary>
    public async Task RequireAsync(PreflightRequest order, CancellationToken ct)
    {
        if ((await CheckAsync(order, ct)).FirstOrDefault(f => f.Refuses) is { Fault: { } fault })
        {
            throw new FaultException(fault);
        }
    }

    /// <summary>The same once per provider and per key that a request names.</summary>
    public async Task RequireAllAsync(PreflightRequest order, IReadOnlyList<KeyGroup> keys, CancellationToken ct)
    {
        await RequireAsync(order, ct);
        foreach (var key in keys.Where(k => k.Provider != order.Provider || k.KeyId is not null))
        {
            await RequireAsync(order with { Provider = key.Provider, KeyId = key.KeyId }, ct);
        }
    }

    /// <summary>Runs all checks.</summary>
    public async Task<List<PreflightFinding>> CheckAsync(PreflightRequest order, CancellationToken ct)
    {
        var facts = await store.ReadAsync(
            async db => new PreflightFacts
            {
                Now = time.GetUtcNow(),
                CenterVm = await db.Settings.ValueAsync(CenterSettingRow.RunsIn, ct),
                Guests = await db.Settings.GuestsAsync(ct),
                Needs = (await db.KeyRecords.NeedsOfGuestsAsync(ct)).ToLookup(r => r.VmId, r => r.Provider),
                KeyUsers = order is { Provider: { } provider, KeyId: { } keyId }
                    ? [.. (await KeyOwners.OfAsync(db, provider, keyId, [order.Vm.Id], ct)).Select(o => o.ToString())] : [],
            },
            ct);
        facts = facts with
        {
            Certificates = order.Provider is { } named ? await certificates.OfAsync(named, ct) : [],
            Free = await FreeAsync(order.Target?.HostId ?? order.Vm.HostId, ct),
        };
        return [.. PreflightRules.Check(order, facts)];
    }

    private async Task<IReadOnlyDictionary<string, long>> FreeAsync(string hostId, CancellationToken ct)
    {
        try
        {
            var host = await hosts.Glance(hostId).Admin.DescribeAsync(ct);
            return host.Datastores.DistinctBy(d => d.Name).ToDictionary(d => d.Name, d => d.Free, StringComparer.Ordinal);
        }
        catch (FaultException)
        {
            return new Dictionary<string, long>();
        }
    }
}
