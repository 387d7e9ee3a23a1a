using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Lifecycle;

/// <summary>
/// Objects that come into the inventory with files that nobody has verified yet: which record each may get. What a file names
/// never widens who gets a key by itself, so in this order: the object is registered nowhere · it and its key belong to no other
/// VM, but for those who may clone or access that one · what was known of it still holds (never weaker; older, or under another
/// key, only as the caller says and may) · the KMS holds that very key.
/// </summary>
internal sealed class ComingRules(CenterStore store, KeyRegister register, IAuthorizer authorizer)
{
    /// <summary>Judges one object; null for a plain one.</summary>
    public async Task<RecordPlan?> JudgeAsync(Caller caller, ComingObject o, ComingConsent consent, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            db => db.KeyRecords.AsNoTracking()
                .Where(r => r.ObjectId == o.Id || (r.Provider == o.Provider && r.KeyId == o.KeyId)).ToListAsync(ct), ct);
        var own = rows.Where(r => r.ObjectId == o.Id).ToList();
        var known = own.Find(r => r.State == KeyRecordStates.Known);
        if (own.Find(r => r.InUse) is { } registered)
        {
            throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.objectRegistered", o.Path,
                $"{o.Path} is the object {o.Id}, which is registered already (VM {registered.VmId}).",
                "Unregister or detach it there first, or clone it."));
        }

        if (!o.Encrypted)
        {
            return known is null ? null : throw Differs("lorica.weakerThanRecorded", o.Path,
                $"{o.Path} is plain, but it is known as encrypted with {known.Provider}/{known.KeyId}.",
                "Put the right file back.");
        }

        foreach (var other in rows.Where(r => r.VmId != o.VmId && (r.InUse || r.Generation > 0))
            .Select(r => r.VmId).Distinct(StringComparer.Ordinal))
        {
            await RequireOtherAsync(caller, other, ct);
        }

        var named = own.Where(r => r.Provider == o.Provider && r.KeyId == o.KeyId).MaxBy(r => r.Generation);
        if (named is { Kcv.Length: > 0 } && named.Kcv != o.Kcv)
        {
            throw Differs("lorica.kcvDiffers", o.Path, $"{o.Path} has check value {o.Kcv}, its record {named.Kcv}.",
                "Put the right file back.");
        }

        var sameKey = known is not null && named?.Number == known.Number;
        if (known is not null && !sameKey)
        {
            if (named is not null && !consent.Older)
            {
                throw Differs("lorica.olderThanKnown", o.Path,
                    $"{o.Path} is under {o.Provider}/{o.KeyId}, a key that it had before {known.Provider}/{known.KeyId}: an "
                        + "older file was put back.",
                    "Put the newer file back, or say --accept-older (needs Cryptographer.Decrypt).");
            }

            if (named is null && !consent.Changed)
            {
                throw Differs("lorica.keyDiffers", o.Path,
                    $"{o.Path} names key {o.Provider}/{o.KeyId}, {known.Provider}/{known.KeyId} is known.",
                    "Put the right file back; if it was recrypted elsewhere, say --accept-changed (needs Cryptographer.Access).");
            }
        }

        var key = new KeyOrder(o.Provider, o.KeyId, o.Kcv);
        await register.CheckAsync(key, o.Path, ct);
        return new RecordPlan
        {
            ObjectId = o.Id, IsHome = o.IsHome, Provider = o.Provider, KeyId = o.KeyId, Kcv = o.Kcv,
            Generation = consent.Older ? 0 : named?.Generation ?? 0, WasKnown = named?.State == KeyRecordStates.Known,
        };
    }

    private async Task RequireOtherAsync(Caller caller, string vmId, CancellationToken ct)
    {
        var name = await store.ReadAsync(
            async db => await db.Vms.Where(v => v.Id == vmId).Select(v => v.Name).FirstOrDefaultAsync(ct)
                ?? await db.KnownVms.Where(v => v.VmId == vmId).Select(v => v.Name).FirstOrDefaultAsync(ct), ct);
        var other = new ObjectRef(ObjectKinds.Vm, vmId, name ?? vmId);
        if (!await authorizer.HoldsAsync(caller, Privileges.CryptoClone, other, ct))
        {
            await authorizer.RequireAsync(caller, Privileges.CryptoAccess, other, ct);
        }
    }

    private static FaultException Differs(string key, string path, string message, string hint) =>
        new(new Fault(FaultTypes.GenericVmConfigFault, key, path, message, hint));
}
