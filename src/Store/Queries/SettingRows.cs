using Lorica.Store.Engines;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Queries;

/// <summary>Settings of the center; VMs in which KMSs run.</summary>
public sealed class SettingRows
{
    private readonly CenterContext _db;

    internal SettingRows(CenterContext db) => _db = db;

    /// <summary>All settings: name, value, and the name of the VM whose id the value is.</summary>
    public async Task<List<(string Name, string Value, string? Vm)>> ListAsync(CancellationToken ct) =>
        [.. (await _db.CenterSettings.Select(
            s => new { s.Name, s.Value, Vm = _db.Vms.Where(v => v.Id == s.Value).Select(v => v.Name).FirstOrDefault() })
            .ToListAsync(ct)).Select(s => (s.Name, s.Value, (string?)s.Vm))];

    /// <summary>Value of a setting; null when it is not set.</summary>
    public Task<string?> ValueAsync(string name, CancellationToken ct) =>
        _db.CenterSettings.Where(s => s.Name == name).Select(s => s.Value).FirstOrDefaultAsync(ct);

    /// <summary>Sets a setting; with null it is set no more.</summary>
    public async Task SetAsync(string name, string? value, CancellationToken ct)
    {
        await _db.CenterSettings.Where(s => s.Name == name).ExecuteDeleteAsync(ct);
        if (value is not null)
        {
            _db.CenterSettings.Add(new CenterSettingRow { Name = name, Value = value });
        }
    }

    /// <summary>VM in which the KMS of each provider runs, by provider.</summary>
    public Task<Dictionary<string, string>> GuestsAsync(CancellationToken ct) =>
        _db.ProviderGuests.ToDictionaryAsync(g => g.Provider, g => g.VmId, ct);

    /// <summary>VM in which the KMS of a provider runs; null when none was named.</summary>
    public Task<string?> GuestAsync(string provider, CancellationToken ct) =>
        _db.ProviderGuests.Where(g => g.Provider == provider).Select(g => g.VmId).FirstOrDefaultAsync(ct);

    /// <summary>Notes in which VM the KMS of a provider runs; null for none.</summary>
    public async Task SetGuestAsync(string provider, string? vmId, CancellationToken ct)
    {
        await _db.ProviderGuests.Where(g => g.Provider == provider).ExecuteDeleteAsync(ct);
        if (vmId is not null)
        {
            _db.ProviderGuests.Add(new ProviderGuestRow { Provider = provider, VmId = vmId });
        }
    }
}
