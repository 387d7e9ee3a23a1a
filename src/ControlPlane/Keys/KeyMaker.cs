using System.Security.Cryptography;
using Lorica.Contracts;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Events;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Brokers;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Keys;

/// <summary>
/// Makes a key ahead, for no object yet.
/// <code>
/// 1 broker: Create                                   (dies here: an orphan on the KMS, named lorica-key-…)
/// 2 row pending; an id that is known is refused      (dies here: a pending key, which `lorica key rm` forgets)
/// 3 broker: Activate, Get over a new connection, check value
/// 4 row usable, audit
/// </code>
/// </summary>
public sealed class KeyMaker(CenterStore store, BrokerLink broker, EventLog events, TimeProvider time)
{
    /// <summary>Makes one.</summary>
    internal async Task<ExpectedKey> MakeAsync(Caller caller, string provider, string label, string taskId, CancellationToken ct)
    {
        string name = $"lorica-key-{taskId}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        KeyRef? key = null;
        try
        {
            // Step 1; a repeated call that was carried out twice leaves an orphan, as at step 1 of any key.
            var reply = await broker.CallAsync(
                (b, o) => b.CreateKeyAsync(new CreateKeyRequest { Provider = provider, Name = name, VmName = label }, o), ct);
            if (reply.Key is not { KeyId.Length: > 0 and <= 1024 } made || made.Provider != provider)
            {
                throw Refused(provider, "The KMS gave no usable key identifier.");
            }

            // Step 2
            key = made;
            await RecordAsync(caller, key, label, ct);

            // Step 3
            var status = await broker.CallAsync((b, o) => b.ActivateKeyAsync(new ActivateKeyRequest { Key = key }, o), ct);
            if (status.Fault is { } fault)
            {
                throw new FaultException(KeyFaults.NotUsable(label.Length > 0 ? label : name, FaultCodec.FromMessage(fault)));
            }

            if (status.Kcv.Length != 16)
            {
                throw Refused(provider, "The broker answered without a check value.");
            }

            // Step 4
            await store.WriteAsync(
                async db =>
                {
                    var row = await db.Keys.GetAsync(key.Provider, key.KeyId, ct);
                    row.Kcv = status.Kcv;
                    row.State = KeyRecordStates.Usable;
                    row.KmsState = status.State;
                    events.Add(db, EventIds.CryptoOperation, caller, $"{key.Provider}/{key.KeyId}",
                        $"{caller.User}: key.generate, task {taskId}; new key "
                            + $"{key.Provider}/{key.KeyId}{(label.Length > 0 ? $" ({label})" : "")}", EventOutcome.Succeeded);
                },
                ct);
            return new ExpectedKey(key.Provider, key.KeyId, status.Kcv);
        }
        catch (FaultException e)
        {
            await events.AddAsync(EventIds.KeyGenerateFail, caller, provider,
                $"{provider}{(key is null ? "" : $"/{key.KeyId}")}: {e.Fault.Message}", CancellationToken.None);
            throw;
        }
    }

    private async Task RecordAsync(Caller caller, KeyRef key, string label, CancellationToken ct)
    {
        bool recorded = await store.WriteAsync(
            async db =>
            {
                if (await db.KeyRecords.ExistsAsync(key.Provider, key.KeyId, ct)
                    || await db.Keys.ExistsAsync(key.Provider, key.KeyId, ct))
                {
                    return false;
                }

                db.Keys.Add(new KeyRow
                {
                    Provider = key.Provider,
                    KeyId = key.KeyId,
                    Generated = true,
                    State = KeyRecordStates.Pending,
                    Name = label,
                    CreatedBy = caller.User,
                    CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                });
                return true;
            },
            ct);
        if (!recorded)
        {
            throw Refused(key.Provider, $"The KMS answered with identifier {key.KeyId}, which is known already.");
        }
    }

    private static FaultException Refused(string provider, string message) =>
        new(new Fault(FaultTypes.InvalidState, "lorica.keyRefused", provider, message, "See the KMS and its log."));
}
