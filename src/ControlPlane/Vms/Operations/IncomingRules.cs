using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Keys;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>
/// Objects that come into the inventory with files that nobody has verified yet: which record each may get. What a file names
/// never widens who gets a key by itself, so in this order: the object is registered nowhere (a record of another VM that is
/// pending or usable registers it, also while that VM is only being encrypted, created or copied) · its key is no host's · it
/// and its key belong to no other VM, but for those who may clone or access that one · what was known of it still holds (never
/// weaker; older, or under another key, only as the caller says and may) · the KMS holds that very key.
/// <code>
/// 1 judged by the records as they are       (refusals come before the KMS is asked)
/// 2 the KMS is asked for the keys
/// 3 in the transaction that begins the task: judged again, found the same, claimed
/// </code>
/// </summary>
internal sealed class IncomingRules(
    CenterStore store, KeyRegister register, KeyClaims claims, RefusalAudit refusals, TimeProvider time)
{
    /// <summary>Judges one object and asks its KMS; null for a plain one.</summary>
    public async Task<RecordPlan?> JudgeAsync(Caller caller, IncomingObject o, IncomingConsent consent, CancellationToken ct)
    {
        RecordPlan? plan;
        try
        {
            plan = await store.ReadAsync(db => JudgeAsync(db, caller, o, consent, ct), ct);
        }
        catch (FaultException e)
        {
            await refusals.NoteAsync(e);
            throw;
        }

        if (plan is not null)
        {
            await register.CheckAsync(plan.Key, o.Path, ct);
        }

        return plan;
    }

    /// <summary>Claims what was judged, in the transaction that begins the task.</summary>
    /// <exception cref="FaultException">Something changed since, or the caller may not any more: nothing is begun.</exception>
    public async Task ClaimAsync(
        CenterDb db, TaskRow task, Caller caller, IReadOnlyList<IncomingObject> objects, IncomingConsent consent,
        IReadOnlyList<RecordPlan> plans, CancellationToken ct)
    {
        foreach (var o in objects)
        {
            var plan = await JudgeAsync(db, caller, o, consent, ct);
            if (plan != plans.FirstOrDefault(p => p.ObjectId == o.Id && o.Encrypted))
            {
                throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.recordChanged", o.Path,
                    $"What is known of {o.Path} changed meanwhile.", "Ask again."));
            }

            if (plan is not null)
            {
                await claims.ClaimAsync(db, task.Id, o.VmId, plan, ct);
            }
        }
    }

    private async Task<RecordPlan?> JudgeAsync(
        CenterDb db, Caller caller, IncomingObject o, IncomingConsent consent, CancellationToken ct)
    {
        if (!o.Encrypted && !o.IsHome && await db.KeyRecords.FindLeftAtAsync(o.Path, o.Id, ct) is { } left)
        {
            throw Differs("lorica.weakerThanRecorded", o.Path,
                $"{o.Path} is plain, but an encrypted disk ({left.ObjectId}, {left.Provider}/{left.KeyId}) was left there.",
                "Put its descriptor back. If the disk is gone for good, give the new one another file name.");
        }

        if (o.Id.Length == 0 && !o.Encrypted)
        {
            return null;
        }

        var rows = await db.KeyRecords.AboutAsync(o.Id, o.Provider, o.KeyId, ct);
        var own = rows.Where(r => r.ObjectId == o.Id).ToList();
        var known = own.Find(r => r.State == KeyRecordStates.Known);
        if (await RegisteredWithAsync(db, o, own, ct) is { } vm)
        {
            throw KeyClaims.Registered(o.Path, o.Id, vm);
        }

        if (!o.Encrypted)
        {
            return known is null ? null : throw Differs("lorica.weakerThanRecorded", o.Path,
                $"{o.Path} is plain, but it is known as encrypted with {known.Provider}/{known.KeyId}.",
                "Put the right file back.");
        }

        var owners = await KeyOwners.OfAsync(db, o.Provider, o.KeyId, [o.VmId], ct);
        if (owners.Find(w => w.IsHost) is { } host)
        {
            throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.keyInUse", o.Path,
                $"{o.Path} names {o.Provider}/{o.KeyId}, the key of {host}: that is never a VM's.", "Put the right file back."));
        }

        foreach (string other in owners.Select(w => w.Id)
            .Concat(own.Where(r => r.Generation > 0 || r.State != KeyRecordStates.Retired).Select(r => r.VmId))
            .Where(id => id != o.VmId).Distinct(StringComparer.Ordinal))
        {
            await RequireOtherAsync(db, caller, other, ct);
        }

        var named = own.Where(r => r.Provider == o.Provider && r.KeyId == o.KeyId).MaxBy(r => r.Generation);
        if (named is { Kcv.Length: > 0 } && named.Kcv != o.Kcv)
        {
            throw Differs("lorica.kcvDiffers", o.Path, $"{o.Path} has check value {o.Kcv}, its record {named.Kcv}.",
                "Put the right file back.");
        }

        bool sameKey = known is not null && named?.Number == known.Number;
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

        return new RecordPlan
        {
            ObjectId = o.Id, IsHome = o.IsHome, Provider = o.Provider, KeyId = o.KeyId, Kcv = o.Kcv,
            Generation = consent.Older ? 0 : named?.Generation ?? 0,
        };
    }

    /// <summary>The VM with which an object is registered; null for one that is free, or leaves and comes.</summary>
    private static async Task<string?> RegisteredWithAsync(
        CenterDb db, IncomingObject o, List<KeyRecordRow> own, CancellationToken ct) =>
        own.Find(r => r.State is KeyRecordStates.Pending or KeyRecordStates.Usable)?.VmId
        ?? await db.PolicyAssociations.OtherVmOfAsync(o.Id, o.VmId, ct)
        ?? (o.Id != o.VmId && await db.Vms.ExistsAsync(o.Id, ct) ? o.Id : null);

    private async Task RequireOtherAsync(CenterDb db, Caller caller, string vmId, CancellationToken ct)
    {
        string? name = await db.Vms.NameAsync(vmId, ct) ?? (await db.KnownVms.FindAsync(vmId, ct))?.Name;
        var other = new ObjectRef(ObjectKinds.Vm, vmId, name ?? vmId);
        if (!await BeginCheck.HoldsAsync(db, caller, Privileges.CryptoClone, other, time, ct))
        {
            await BeginCheck.RequireAsync(db, caller, Privileges.CryptoAccess, other, time, ct);
        }
    }

    private static FaultException Differs(string key, string path, string message, string hint) =>
        new(new Fault(FaultTypes.GenericVmConfigFault, key, path, message, hint));
}
