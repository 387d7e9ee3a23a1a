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
        var row = await store.ReadAsync(db => db.KeyRecords.MadeByAsync(task.Id, provider, ids, ct), ct);
        if (row is { State: KeyRecordStates.Usable })
        {
            return new ExpectedKey(row.Provider, row.KeyId, row.Kcv);
        }

        var key = row is null
            ? await CreateAsync(task, vm, provider, objects, ct)
            : new KeyRef { Provider = row.Provider, KeyId = row.KeyId };
        return await ActivateAsync(task, key, ct);
    }

    /// <summary>Makes a host key in the same steps as any other.</summary>
    internal Task<ExpectedKey> MakeForHostAsync(TaskRow task, HostRow host, string provider, CancellationToken ct) => MakeAsync(
        task, new VmRow { Id = host.Id, Name = host.Name, HostId = host.Id, Datastore = "", State = "" }, provider,
        [new RecordedObject(host.Id, IsHome: false, IsHost: true)], ct);

    /// <summary>Fetches a key at its KMS and compares its check value; nothing leaves the broker.</summary>
    /// <exception cref="FaultException">The key is out of reach, or another one.</exception>
    internal async Task CheckAsync(ExpectedKey key, string about, CancellationToken ct)
    {
        var status = await broker.CallAsync(
            (b, o) => b.CheckKeyAsync(new CheckKeyRequest { Key = key.ToRef(), ExpectedKcv = key.Kcv }, o), ct);
        var reason = status.Fault is { } fault ? FaultCodec.FromMessage(fault)
            : status.Kcv != key.Kcv ? new KeyReason(key.Provider, key.KeyId, KeyReasons.WrongKey,
                $"The KMS holds a key with check value {status.Kcv}; the file names {key.Kcv}.")
            : null;
        if (reason is not null)
        {
            throw new FaultException(KeyFaults.Missing(about, [reason]));
        }
    }

    // Steps 1 to 3
    private async Task<KeyRef> CreateAsync(
        TaskRow task, VmRow vm, string provider, IReadOnlyList<RecordedObject> objects, CancellationToken ct)
    {
        string? name = await store.ReadAsync(db => db.Tasks.KeyNameAsync(task.Id, ct), ct);
        string cluster = await store.ReadAsync(
            async db =>
            {
                await KeyClaims.RequireFreeAsync(db, OwnerOf(vm, objects), [.. objects.Select(o => o.Id)], ct);
                return await db.Containers.ClusterOfHostAsync(vm.HostId, ct) ?? "";
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
                if (await db.KeyRecords.ExistsAsync(key.Provider, key.KeyId, ct)
                    || await db.Keys.ExistsAsync(key.Provider, key.KeyId, ct))
                {
                    return false;
                }

                await KeyClaims.RequireFreeAsync(db, OwnerOf(vm, objects), [.. objects.Select(o => o.Id)], ct);
                long now = time.GetUtcNow().ToUnixTimeMilliseconds();
                foreach (var o in objects)
                {
                    db.KeyRecords.Add(new KeyRecordRow
                    {
                        ObjectId = o.Id, Kind = o.Kind, VmId = OwnerOf(vm, objects), Provider = key.Provider, KeyId = key.KeyId,
                        State = KeyRecordStates.Pending, TaskId = task.Id, CreatedAt = now,
                    });
                }

                // The records tell of it from here on; a task may make another one.
                await db.Tasks.SetKeyNameAsync(task.Id, null, ct);
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
            db => db.KeyRecords.SetUsableAsync(task.Id, key.Provider, key.KeyId, status.Kcv, ct), ct);
        return new ExpectedKey(key.Provider, key.KeyId, status.Kcv);
    }

    private async Task<FaultException> FailedAsync(TaskRow task, string vm, string provider, string message, CancellationToken ct)
    {
        await events.AddAsync(EventIds.KeyGenerateFail, task.UserName, vm, $"{provider}: {message}", ct);
        return new FaultException(
            new Fault(FaultTypes.InvalidState, "lorica.keyRefused", provider, message, "See the KMS and its log."));
    }

    private static string OwnerOf(VmRow vm, IReadOnlyList<RecordedObject> objects) => objects.Any(o => o.IsHost) ? "" : vm.Id;

    private static bool IsKcv(string text) => text.Length == 16 && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');
}
