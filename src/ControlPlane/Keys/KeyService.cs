using Lorica.Contracts.Events;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Providers;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Keys;

/// <summary>Keys, as the faces of the center see them. What is done by hand needs Cryptographer.ManageKeys.</summary>
public sealed class KeyService(
    CenterStore store, KeyIndex index, KeyMaker maker, KeyCheck check, DailyCheck daily, ProviderService providers,
    OperationRunner operations, IAuthorizer authorizer, EventLog events, HostNudger nudger,
    IGrainFactory grains, TimeProvider time)
{
    private const int MaximumLabel = 80;

    /// <summary>All keys that are in use or were made ahead, or those of one provider.</summary>
    public async Task<IReadOnlyList<KeyInfoModel>> ListAsync(Caller caller, string? provider, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct);
        return await ModelsAsync(provider, null, ct);
    }

    /// <summary>One key.</summary>
    public async Task<KeyInfoModel> GetAsync(Caller caller, string provider, string keyId, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct);
        return await FindAsync(provider, keyId, ct);
    }

    /// <summary>One key as its KMS has it now.</summary>
    public async Task<KeyInfoModel> StatusAsync(Caller caller, string provider, string keyId, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct);
        await FindAsync(provider, keyId, ct);
        await check.RunAsync(provider, keyId, ct);
        return await FindAsync(provider, keyId, ct);
    }

    /// <summary>Makes a key ahead.</summary>
    public async Task<KeyInfoModel> GenerateAsync(Caller caller, GenerateKeyBody body, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ManageKeys, ObjectRef.Root, ct);
        string label = body.Label ?? "";
        if (label.Length > MaximumLabel || label.Any(char.IsControl))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.label", "label",
                $"A label has at most {MaximumLabel} characters, none of them control characters.", "Correct the request."));
        }

        string provider = body.Provider ?? await providers.DefaultAsync(ct);
        await providers.RequireAsync(provider, ct);
        var key = await operations.RunAsync(
            TaskKinds.KeyGenerate, ObjectRef.Provider(provider), caller, task =>
                maker.MakeAsync(caller, provider, label, task, ct), ct);
        return await FindAsync(key.Provider, key.KeyId, ct);
    }

    /// <summary>
    /// Makes the center forget a key and the hosts drop it; the KMS keeps it. In use: refused with the names of its users, or by
    /// force marked, not delivered any more, and dropped by its hosts; at a VM that runs it stays until power-off.
    /// </summary>
    public async Task RemoveAsync(Caller caller, string provider, string keyId, bool force, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ManageKeys, ObjectRef.Root, ct);
        var known = await FindAsync(provider, keyId, ct);
        await store.ReadAsync(db => UsersAsync(db, provider, keyId, force, ct), ct);
        await operations.RunAsync(
            TaskKinds.KeyRemove, ObjectRef.Key(provider, keyId), caller, task => RemoveAsync(caller, known, force, task), ct);
    }

    /// <summary>Takes a removal by force back: the key is delivered again.</summary>
    public async Task<KeyInfoModel> RestoreAsync(Caller caller, string provider, string keyId, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ManageKeys, ObjectRef.Root, ct);
        await FindAsync(provider, keyId, ct);
        await operations.RunAsync(
            TaskKinds.KeyRestore, ObjectRef.Key(provider, keyId), caller,
            task => store.WriteAsync(
                async db =>
                {
                    if (await db.Keys.FindAsync(provider, keyId, ct) is not { RemovedAt: > 0 } row)
                    {
                        throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.keyNotRemoved", $"{provider}/{keyId}",
                            $"Key {provider}/{keyId} is not removed.", $"See `lorica key show {provider}/{keyId}`."));
                    }

                    (row.RemovedAt, row.RemovedBy) = (0, "");
                    events.Add(db, EventIds.CryptoOperation, caller, $"{provider}/{keyId}",
                        $"{caller.User}: key.restore, task {task}; key {provider}/{keyId}", EventOutcome.Succeeded);
                },
                ct),
            ct);
        await nudger.NudgeAllAsync();
        return await FindAsync(provider, keyId, ct);
    }

    /// <summary>The daily check, now.</summary>
    public async Task<IReadOnlyList<KeyInfoModel>> CheckAsync(Caller caller, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ManageKeys, ObjectRef.Root, ct);
        await operations.RunAsync(TaskKinds.KeyCheck, ObjectRef.Root, caller, _ => daily.NowAsync(ct), ct);
        return await ModelsAsync(null, null, ct);
    }

    /// <summary>
    /// Who has the key: VMs under it or about to be, and those that left the inventory with files under it. Without force a key
    /// that anybody has is refused.
    /// </summary>
    private async Task<(List<KeyUse> Uses, List<string> Names)> UsersAsync(
        CenterDb db, string provider, string keyId, bool force, CancellationToken ct)
    {
        var uses = await index.UsesAsync(db, provider, keyId, ct);
        var away = await db.KeyRecords.IsKnownAsync(provider, keyId, ct)
            ? (await KeyOwners.OfAsync(db, provider, keyId, [], ct)).Where(o => o.Left).Select(o => o.ToString()) : [];
        List<string> names = [.. uses.Select(u => u.Name).Concat(away).Distinct(StringComparer.Ordinal)];
        return names.Count == 0 || force ? (uses, names)
            : throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.keyInUse", $"{provider}/{keyId}",
                $"Key {provider}/{keyId} is used by {string.Join(", ", names)}.",
                "Recrypt them first (lorica vm recrypt --shallow VM), or force it: then they lock."));
    }

    private async Task RemoveAsync(Caller caller, KeyInfoModel known, bool force, string task)
    {
        List<KeyUse> uses = [];
        var key = new ExpectedKey(known.Provider, known.Id, known.Kcv);
        await store.WriteAsync(
            async db =>
            {
                (uses, var names) = await UsersAsync(db, key.Provider, key.KeyId, force, CancellationToken.None);
                var row = await db.Keys.FindAsync(key.Provider, key.KeyId, CancellationToken.None);
                if (names.Count == 0)
                {
                    if (row is not null)
                    {
                        db.Keys.Remove(row);
                    }
                }
                else
                {
                    if (row is null)
                    {
                        row = new KeyRow
                        {
                            Provider = key.Provider, KeyId = key.KeyId, Kcv = key.Kcv,
                            CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                        };
                        db.Keys.Add(row);
                    }

                    (row.RemovedAt, row.RemovedBy) = (time.GetUtcNow().ToUnixTimeMilliseconds(), caller.User);
                }

                events.Add(db, EventIds.CryptoOperation, caller, key.ToString(),
                    $"{caller.User}: key.remove, task {task}; key {key}"
                        + (names.Count > 0 ? $" by force; used by {string.Join(", ", names)}" : "") + "; the KMS keeps it",
                    EventOutcome.Succeeded);
            },
            CancellationToken.None);
        foreach (string host in uses.Select(u => u.HostId).Distinct(StringComparer.Ordinal))
        {
            await grains.GetGrain<IHostGrain>(host).ReleaseAsync([key]);
            await grains.GetGrain<IHostGrain>(host).NudgeAsync();
        }
    }

    private async Task<KeyInfoModel> FindAsync(string provider, string keyId, CancellationToken ct) =>
        (await ModelsAsync(provider, keyId, ct)) is [var key, ..] ? key : throw new FaultException(new Fault(FaultTypes.NotFound,
            "lorica.keyNotFound", $"{provider}/{keyId}", $"The center knows no key {provider}/{keyId}.", "See `lorica key ls`."));

    private async Task<List<KeyInfoModel>> ModelsAsync(string? provider, string? keyId, CancellationToken ct)
    {
        var uses = (await index.UsesAsync(provider, keyId, ct)).ToLookup(u => (u.Provider, u.KeyId));
        var rows = (await index.RowsAsync(provider, keyId, ct)).ToDictionary(r => (r.Provider, r.KeyId));
        var names = uses.Select(u => u.Key)
            .Concat(rows.Values.Where(r => r.Generated || r.RemovedAt > 0).Select(r => (r.Provider, r.KeyId))).Distinct().Order();
        return [.. names.Select(n => KeyModels.Of(n.Provider, n.KeyId, rows.GetValueOrDefault(n), [.. uses[n]]))];
    }
}
