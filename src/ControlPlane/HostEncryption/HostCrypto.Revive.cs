using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.HostEncryption;

/// <summary>What happens by itself when a host comes back.</summary>
public sealed partial class HostCrypto
{
    /// <summary>
    /// Brings a host that was started again back into encryption mode: with the same key, fetched by its id; with a new one when
    /// it was moved to another cluster meanwhile. What cannot be done raises the alarm; a person with Cryptographer.RegisterHost
    /// then puts the host into encryption mode anew.
    /// </summary>
    /// <returns>Whether to look again.</returns>
    /// <exception cref="FaultException">The host does not answer.</exception>
    internal async Task<bool> ReviveAsync(string hostId, CancellationToken ct)
    {
        var host = await store.ReadAsync(db => db.Hosts.FindAsync(hostId, ct), ct);
        if (host is null)
        {
            return false;
        }

        var gate = _gates.GetOrAdd(hostId, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(ct);
        try
        {
            var description = await DescribeAsync(host, ct);
            switch (description.CryptoMode)
            {
                case HostCryptoMode.Incapable:
                    await LeftAsync(host, ct);
                    return false;
                case HostCryptoMode.Prepared when description.HostKey is { } key:
                    return await AgainAsync(host, description, key, ct);
                case HostCryptoMode.Prepared:
                    return false;
                case HostCryptoMode.Safe or HostCryptoMode.PendingIncapable:
                    await FollowAsync(host, description, ct);
                    return false;
                default:
                    throw new InvalidOperationException($"Nothing says what to do with a host that is {description.CryptoMode}.");
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>
    /// Brings a host back into encryption mode for work that the files say is begun there: nobody is asked again, the center does
    /// it as after any start of a host. It is part of that work, so it has no task of its own. A host key that is only out of
    /// reach is waited for; one that is lost is replaced, as is that of a host that lost its state.
    /// </summary>
    /// <exception cref="FaultException">Why it could not be brought back, as of now.</exception>
    internal async Task BringBackAsync(TaskRow task, string hostId, CancellationToken ct)
    {
        var gate = _gates.GetOrAdd(hostId, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(ct);
        try
        {
            var host = await RowAsync(hostId, ct);
            var description = await DescribeAsync(host, ct);
            if (description.CryptoMode == HostCryptoMode.Safe)
            {
                return;
            }

            if (description.HostKey is { } named)
            {
                await store.WriteAsync(db => register.SettleHostAsync(db, host, named, Caller.System.User, ct), ct);
            }

            var record = await store.ReadAsync(db => db.KeyRecords.OfHostInUseAsync(host.Id, ct), ct);
            if (record is null || IsMoved(host))
            {
                await providers.RequireAnsweringAsync(await providers.DefaultAsync(ct), ct);
            }
            else
            {
                var order = new ExpectedKey(record.Provider, record.KeyId, record.Kcv);
                var delivery = await grains.GetGrain<IHostGrain>(host.Id).DeliverInTimeAsync([order], KeyDeliverer.HostKey);
                if (delivery.Reasons.Any(r => NewKeyEvent(r) is not EventIds.NewHostKeyMissingOnKms))
                {
                    throw new FaultException(KeyFaults.Missing(host.Name, delivery.Reasons));
                }
            }

            var system = new TaskRow
            {
                Id = task.Id, Kind = task.Kind, VmId = task.VmId, Target = task.Target, State = task.State,
                UserName = Caller.SystemName,
            };
            await EnableAsync(system, host, rotate: false, ct);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The host is in encryption mode: its record says so too, and no alarm does otherwise.</summary>
    private async Task FollowAsync(HostRow host, HostFacts description, CancellationToken ct)
    {
        var (record, raised) = await store.ReadAsync(
            async db => (await db.KeyRecords.OfHostInUseAsync(host.Id, ct),
                await db.Alarms.IsRaisedAsync(AlarmIds.HostNeedsEncryptionMode, host.Id, ct)), ct);
        bool follows = description.HostKey is not { } key || (record?.Provider == key.Provider && record.KeyId == key.KeyId);
        if (follows && !raised)
        {
            return;
        }

        await store.WriteAsync(
            async db =>
            {
                await alarms.ClearAsync(db, AlarmIds.HostNeedsEncryptionMode, host.Id, ct);
                if (!follows)
                {
                    await register.SettleHostAsync(db, host, description.HostKey, Caller.System.User, ct);
                }
            },
            ct);
    }

    /// <summary>The host has left encryption mode, or lost its state: its keys are not in use any more.</summary>
    private async Task LeftAsync(HostRow host, CancellationToken ct)
    {
        var vms = await EncryptedVmsAsync(host.Id, ct);
        var record = await store.ReadAsync(db => db.KeyRecords.OfHostInUseAsync(host.Id, ct), ct);
        if (vms.Count == 0 && record is null)
        {
            return;
        }

        await store.WriteAsync(
            async db =>
            {
                await register.SettleHostAsync(db, host, null, Caller.System.User, ct);
                if (vms.Count > 0)
                {
                    await alarms.RaiseAsync(db, AlarmIds.HostNeedsEncryptionMode, ObjectRef.Of(host), AlarmSeverity.Warning,
                        $"{host.Name} has encrypted VMs ({string.Join(", ", vms)}) and is not in encryption mode.", ct);
                }
            },
            ct);
    }

    private async Task<bool> AgainAsync(
        HostRow host, HostFacts description, KeyName key, CancellationToken ct)
    {
        await store.WriteAsync(db => register.SettleHostAsync(db, host, key, Caller.System.User, ct), ct);
        if (await store.ReadAsync(db => db.KeyRecords.OfHostInUseAsync(host.Id, ct), ct) is not { } record)
        {
            return false;
        }

        if (IsMoved(host))
        {
            var task = await tasks.BeginAsync(HostTaskKinds.EnableCrypto, ObjectRef.Of(host), Caller.System, ct);
            try
            {
                await EnableAsync(task, host, rotate: false, ct);
                await tasks.SucceedAsync(task.Id, also: null, CancellationToken.None);
                return false;
            }
            catch (FaultException e)
            {
                await tasks.FailAsync(task.Id, e.Fault, also: null, CancellationToken.None);
                await NeedsAsync(host, EventIds.RequireEnableClusterError, e.Fault.Message, ct);
                return true;
            }
        }

        var order = new ExpectedKey(record.Provider, record.KeyId, record.Kcv);
        var delivery = await grains.GetGrain<IHostGrain>(host.Id).DeliverInTimeAsync([order], KeyDeliverer.HostKey);
        if (delivery.Faults.Count > 0)
        {
            var reason = delivery.Reasons[0];
            string? id = NewKeyEvent(reason) switch
            {
                EventIds.NewHostKeyMissingOnKms => EventIds.RequireEnableMissingOnKms,
                EventIds.NewHostKeyClusterError => EventIds.RequireEnableClusterError,
                _ => null,
            };
            if (id is not null)
            {
                await NeedsAsync(host, id, $"host key {order}: {KeyFaults.Words(reason.Reason)}", ct);
            }

            return true;
        }

        var reply = await hosts.Once(host.Id).Admin.EnableCryptoAsync(order, ct);
        await SettleAsync(Caller.System.User, host, order, record, newKey: null, rotate: false, reply, ct);
        return false;
    }

    private Task NeedsAsync(HostRow host, string eventId, string why, CancellationToken ct) => store.WriteAsync(
        async db =>
        {
            string message = $"{host.Name} is out of encryption mode since it was started again: {why}.";
            if (await alarms.RaiseAsync(
                db, AlarmIds.HostNeedsEncryptionMode, ObjectRef.Of(host), AlarmSeverity.Warning, message, ct))
            {
                events.Add(db, eventId, Caller.System.User, ObjectRef.Of(host), message);
            }
        },
        ct);
}
