using System.Security.Cryptography;
using Lorica.Contracts;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Brokers;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Key records: made before a key is used, settled when a job ended. A key that was made and not used is an orphan: noted, never
/// deleted on the KMS.
/// </summary>
public sealed partial class KeyRegister(CenterStore store, BrokerLink broker, TaskStore tasks, EventLog events, TimeProvider time)
{
    /// <summary>
    /// Makes a KEK for a task and records it for <paramref name="objects"/>.
    /// <code>
    /// 1 the name under which the KMS will know it is noted in the task   (dies here: nothing was made)
    /// 2 broker: Create                                                   (dies here: orphan, named by the task; noted on resume)
    /// 3 record pending; an id that any record ever had is refused        (dies here: resumed at 4)
    /// 4 broker: Activate, Get over a new connection, check value
    /// 5 record usable with its check value
    /// </code>
    /// </summary>
    internal async Task<ExpectedKey> MakeAsync(
        TaskRow task, VmRow vm, string provider, IReadOnlyList<RecordedObject> objects, CancellationToken ct)
    {
        var ids = objects.Select(o => o.Id).ToList();
        var row = await store.ReadAsync(
            db => db.Raw.KeyRecords.FirstOrDefaultAsync(
                r => r.TaskId == task.Id && r.Provider == provider && ids.Contains(r.ObjectId)
                    && r.State != KeyRecordStates.Retired && r.State != KeyRecordStates.Known, ct), ct);
        if (row is { State: KeyRecordStates.Usable })
        {
            return new ExpectedKey(row.Provider, row.KeyId, row.Kcv);
        }

        var key = row is null
            ? await CreateAsync(task, vm, provider, objects, ct)
            : new KeyRef { Provider = row.Provider, KeyId = row.KeyId };
        return await ActivateAsync(task, key, ct);
    }

    // Steps 1 to 3
    private async Task<KeyRef> CreateAsync(
        TaskRow task, VmRow vm, string provider, IReadOnlyList<RecordedObject> objects, CancellationToken ct)
    {
        string? name = await store.ReadAsync(
            db => db.Raw.Tasks.Where(t => t.Id == task.Id).Select(t => t.KeyName).FirstOrDefaultAsync(ct), ct);
        string cluster = await store.ReadAsync(
            async db =>
            {
                await RequireFreeAsync(db, OwnerOf(vm, objects), [.. objects.Select(o => o.Id)], ct);
                return await ClusterAsync(db, vm, ct);
            },
            ct);
        async Task NextNameAsync(int attempt)
        {
            if (name is not null)
            {
                await events.AddAsync(EventIds.OrphanKey, task.UserName, vm.Name,
                    $"A key named {name} may exist at {provider}; nothing uses it.", ct);
            }

            name = $"lorica-{vm.Id}-{task.Id}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
            await tasks.NoteKeyNameAsync(task.Id, name, ct);
        }

        CreateKeyReply reply;
        try
        {
            reply = await broker.CallAsync(
                (b, o) => b.CreateKeyAsync(
                    new CreateKeyRequest
                    {
                        Provider = provider, Name = name, VmId = OwnerOf(vm, objects), VmName = vm.Name, Cluster = cluster,
                    }, o),
                ct, NextNameAsync);
        }
        catch (FaultException e)
        {
            await events.AddAsync(EventIds.KeyGenerateFail, task.UserName, vm.Name, $"{provider}: {e.Fault.Message}", ct);
            throw;
        }

        if (reply.Key is not { KeyId.Length: > 0 and <= 1024 } key || key.Provider != provider)
        {
            throw await FailedAsync(task, vm.Name, provider, "The KMS gave no usable key identifier.", ct);
        }

        bool recorded = await store.WriteAsync(
            async db =>
            {
                // Whoever answers with an id that is known already would have us use somebody else's key.
                if (await db.Raw.KeyRecords.AnyAsync(r => r.Provider == key.Provider && r.KeyId == key.KeyId, ct)
                    || await db.Raw.Keys.AnyAsync(k => k.Provider == key.Provider && k.KeyId == key.KeyId, ct))
                {
                    return false;
                }

                await RequireFreeAsync(db, OwnerOf(vm, objects), [.. objects.Select(o => o.Id)], ct);
                long now = time.GetUtcNow().ToUnixTimeMilliseconds();
                db.Raw.KeyRecords.AddRange(objects.Select(o => new KeyRecordRow
                {
                    ObjectId = o.Id,
                    Kind = o.Kind,
                    VmId = OwnerOf(vm, objects),
                    Provider = key.Provider,
                    KeyId = key.KeyId,
                    State = KeyRecordStates.Pending,
                    TaskId = task.Id,
                    CreatedAt = now,
                }));
                // The records tell of it from here on; a task may make another one.
                await db.Raw.Tasks.Where(t => t.Id == task.Id)
                    .ExecuteUpdateAsync(u => u.SetProperty(t => t.KeyName, (string?)null), ct);
                return true;
            },
            ct);
        return recorded
            ? key
            : throw await FailedAsync(
                task, vm.Name, provider, $"The KMS answered with identifier {key.KeyId}, which a record has already.", ct);
    }

    // Steps 4 and 5
    private async Task<ExpectedKey> ActivateAsync(TaskRow task, KeyRef key, CancellationToken ct)
    {
        KeyStatus status;
        try
        {
            status = await broker.CallAsync((b, o) => b.ActivateKeyAsync(new ActivateKeyRequest { Key = key }, o), ct);
        }
        catch (FaultException e)
        {
            await events.AddAsync(EventIds.KeyGenerateFail, task.UserName, task.Target, $"{key.Provider}: {e.Fault.Message}", ct);
            throw;
        }

        if (status.Fault is { } fault)
        {
            var reason = FaultCodec.FromMessage(fault);
            await events.AddAsync(EventIds.KeyGenerateFail, task.UserName, task.Target,
                $"{key.Provider}/{key.KeyId}: {fault.Reason} {fault.Detail}", ct);
            throw new FaultException(KeyFaults.NotUsable(task.Target, reason));
        }

        if (!IsKcv(status.Kcv))
        {
            throw await FailedAsync(task, task.Target, key.Provider, "The broker answered without a check value.", ct);
        }

        await store.WriteAsync(
            db => db.Raw.KeyRecords
                .Where(r => r.TaskId == task.Id && r.Provider == key.Provider && r.KeyId == key.KeyId
                    && r.State == KeyRecordStates.Pending)
                .ExecuteUpdateAsync(
                    s => s.SetProperty(r => r.State, KeyRecordStates.Usable).SetProperty(r => r.Kcv, status.Kcv), ct),
            ct);
        return new ExpectedKey(key.Provider, key.KeyId, status.Kcv);
    }

    private async Task<FaultException> FailedAsync(TaskRow task, string vm, string provider, string message, CancellationToken ct)
    {
        await events.AddAsync(EventIds.KeyGenerateFail, task.UserName, vm, $"{provider}: {message}", ct);
        return new FaultException(
            new Fault(FaultTypes.InvalidState, "lorica.keyRefused", provider, message, "See the KMS and its log."));
    }

    private static bool IsKcv(string text) => text.Length == 16 && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');
}
