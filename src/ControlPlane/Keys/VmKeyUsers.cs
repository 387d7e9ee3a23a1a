using Lorica.ControlPlane.Providers;
using Lorica.Model;
using Lorica.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// VM homes and disks: what their live records name; a key that is only being made is among them, without a check value.
/// </summary>
internal sealed class VmKeyUsers : IKeyUsers
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<KeyUse>> ListAsync(
        CenterDb db, string? provider, string? keyId, CancellationToken ct) => await (
        from r in db.Raw.KeyRecords
        join v in db.Raw.Vms on r.VmId equals v.Id
        join h in db.Raw.Hosts on v.HostId equals h.Id
        where (r.State == KeyRecordStates.Usable || r.State == KeyRecordStates.Pending)
            && (provider == null || r.Provider == provider) && (keyId == null || r.KeyId == keyId)
        orderby v.Name, r.Kind descending, r.ObjectId
        select new KeyUse(r.Provider, r.KeyId, r.Kcv, r.Kind, r.ObjectId, v.Name, h.Id, h.Name)).ToListAsync(ct);
}
