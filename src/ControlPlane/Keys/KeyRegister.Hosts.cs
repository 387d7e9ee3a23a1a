using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Keys;

/// <summary>Records of host keys: kind <c>host</c>, the host's id as the object, no VM.</summary>
public sealed partial class KeyRegister
{
    /// <summary>Makes a host key in the same steps as any other.</summary>
    internal Task<ExpectedKey> MakeForHostAsync(TaskRow task, HostRow host, string provider, CancellationToken ct) => MakeAsync(
        task, new VmRow { Id = host.Id, Name = host.Name, HostId = host.Id, Datastore = "", State = "" }, provider,
        [new RecordedObject(host.Id, IsHome: false, IsHost: true)], ct);

    /// <summary>The host key that is in use, as its record says.</summary>
    internal static Task<KeyRecordRow?> HostRecordAsync(CenterDb db, string hostId, CancellationToken ct) =>
        db.Raw.KeyRecords.FirstOrDefaultAsync(r => r.ObjectId == hostId && r.Kind == RecordedObject.HostKind && r.InUse, ct);

    /// <summary>
    /// The key that the host says it has is in use, every other one of it is retired; with null all are. A key without a usable
    /// record of this very host changes nothing.
    /// </summary>
    /// <returns>Keys that the host needs no more.</returns>
    internal async Task<List<ExpectedKey>> SettleHostAsync(
        CenterDb db, HostRow host, KeyName? key, string user, CancellationToken ct)
    {
        var rows = await db.Raw.KeyRecords
            .Where(r => r.ObjectId == host.Id && r.Kind == RecordedObject.HostKind && r.State != KeyRecordStates.Retired)
            .ToListAsync(ct);
        var used = rows.Find(r => r.State == KeyRecordStates.Usable && r.Provider == key?.Provider && r.KeyId == key?.KeyId);
        if (key is not null && used is null)
        {
            return [];
        }

        foreach (var row in rows.Where(r => r != used))
        {
            row.Generation = row.InUse ? 1 : row.Generation;
        }

        await RetireAsync(db, [.. rows.Where(r => r != used)], user, host.Name, ct);

        // The index allows one record in use per object: the old one stepped down before the new one steps up.
        if (used is not null)
        {
            used.InUse = true;
            await db.Raw.SaveChangesAsync(ct);
        }

        return [.. rows.Where(r => r != used && r.Kcv.Length > 0).Select(r => new ExpectedKey(r.Provider, r.KeyId, r.Kcv))];
    }

    /// <summary>Name of the cluster that the key is made for, for the people who look at the KMS.</summary>
    private static async Task<string> ClusterAsync(CenterDb db, VmRow vm, CancellationToken ct) => await (
        from h in db.Raw.Hosts
        join c in db.Raw.Containers on h.ParentId equals c.Id
        where h.Id == vm.HostId && c.Kind == Model.ObjectKinds.Cluster
        select c.Name).FirstOrDefaultAsync(ct) ?? "";

    private static string OwnerOf(VmRow vm, IReadOnlyList<RecordedObject> objects) => objects.Any(o => o.IsHost) ? "" : vm.Id;
}
