using System.Collections.Concurrent;
using Lorica.Contracts.Events;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Providers;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.HostEncryption;

/// <summary>
/// Encryption mode of hosts: who may change it, and what happens then.
/// <code>
/// incapable ─► prepared ─► safe ─► pendingIncapable ─(host started again)─► incapable
///              ▲ started again │
///              └───────────────┘  the same host key is delivered by its id: safe again
/// </code>
/// The host says which mode it is in; the record of its host key says which key it may get.
/// </summary>
public sealed partial class HostCrypto(
    CenterStore store, HostClient hosts, IAuthorizer authorizer, TaskStore tasks, KeyRegister register, ProviderService providers,
    IGrainFactory grains, EventLog events, AlarmStore alarms)
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = new(StringComparer.Ordinal);

    /// <summary>
    /// Sees that a host is in encryption mode before keys are used on it: to be called before encrypted VMs are created, cloned,
    /// registered or powered on there, and before anything is encrypted or recrypted. Resumed tasks pass their original caller.
    /// </summary>
    /// <param name="caller">Who asked for the operation.</param>
    /// <param name="hostId">The host.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="FaultException">
    /// NoPermission (Cryptographer.RegisterHost at the host): the host is not in encryption mode and the caller may not change
    /// that; or why it could not be changed.
    /// </exception>
    public async Task EnsureSafeAsync(Caller caller, string hostId, CancellationToken ct)
    {
        var host = await RowAsync(hostId, ct);
        if ((await DescribeAsync(host, ct)).CryptoMode == HostCryptoMode.Safe)
        {
            return;
        }

        await authorizer.RequireAsync(caller, Privileges.RegisterHost, ObjectRef.Of(host), ct);
        await RunAsync(
            HostTaskKinds.EnableCrypto, caller, host, onlyIfNeeded: true, (task, row) =>
                EnableAsync(task, row, rotate: false, ct), ct);
    }

    /// <summary>The same for work that may have been taken up again: the original caller counts, as they are now.</summary>
    internal Task EnsureSafeAsync(TaskRow task, string hostId, CancellationToken ct) =>
        EnsureSafeAsync(ResumeCheck.CallerOf(task), hostId, ct);

    /// <summary>The same for work that waits for its host itself.</summary>
    internal async Task EnsureSafeIfThereAsync(TaskRow task, string hostId, CancellationToken ct)
    {
        try
        {
            await EnsureSafeAsync(task, hostId, ct);
        }
        catch (FaultException e) when (e.Fault.Type == FaultTypes.HostCommunication)
        {
            // No key goes there either: a delivery looks again.
        }
    }

    /// <summary>Prepares a host: only from incapable.</summary>
    public async Task PrepareAsync(Caller caller, HostRow host, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.RegisterHost, ObjectRef.Of(host), ct);
        await RunAsync(HostTaskKinds.PrepareCrypto, caller, host, onlyIfNeeded: false, async (task, row) =>
        {
            await hosts.Once(row.Id).Admin.PrepareCryptoAsync(ct);
            await events.AddAsync(
                EventIds.HostCryptoChanged, task.UserName, ObjectRef.Of(row), $"{row.Name} is prepared for encryption mode.", ct);
        }, ct);
    }

    /// <summary>Puts a host into encryption mode: with the key that it had, or a new one.</summary>
    public async Task EnableAsync(Caller caller, HostRow host, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.RegisterHost, ObjectRef.Of(host), ct);
        await RunAsync(
            HostTaskKinds.EnableCrypto, caller, host, onlyIfNeeded: false, (task, row) =>
                EnableAsync(task, row, rotate: false, ct), ct);
    }

    /// <summary>Gives a host that is in encryption mode a new host key.</summary>
    public async Task RotateAsync(Caller caller, HostRow host, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.RegisterHost, ObjectRef.Of(host), ct);
        await RunAsync(HostTaskKinds.RotateKey, caller, host, onlyIfNeeded: false, async (task, row) =>
        {
            if ((await DescribeAsync(row, ct)).CryptoMode is var mode and not HostCryptoMode.Safe)
            {
                throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.cryptoMode", row.Name,
                    $"{row.Name} is {mode?.Word()}: only a host in encryption mode gets a new host key.",
                    $"lorica host crypto enable {row.Name}"));
            }

            await EnableAsync(task, row, rotate: true, ct);
        }, ct);
    }

    /// <summary>Ends encryption mode at the host's next start; refused while encrypted VMs are on it.</summary>
    public async Task DisableAsync(Caller caller, HostRow host, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.RegisterHost, ObjectRef.Of(host), ct);
        await RunAsync(HostTaskKinds.DisableCrypto, caller, host, onlyIfNeeded: false, async (task, row) =>
        {
            if (await EncryptedVmsAsync(row.Id, ct) is { Count: > 0 } vms)
            {
                throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.hostHasEncryptedVms", row.Name,
                    $"Encrypted VMs are on {row.Name}: {string.Join(", ", vms)}.", "Move or decrypt them first."));
            }

            await hosts.Once(row.Id).Admin.DisableCryptoAsync(ct);
            await events.AddAsync(EventIds.HostCryptoChanged, task.UserName, ObjectRef.Of(row),
                $"Encryption mode of {row.Name} ends when the host is started again.", ct);
        }, ct);
    }

    private async Task RunAsync(
        string kind, Caller caller, HostRow host, bool onlyIfNeeded, Func<TaskRow, HostRow, Task> work, CancellationToken ct)
    {
        var gate = _gates.GetOrAdd(host.Id, _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(ct);
        try
        {
            // Another operation may have done it while this one waited.
            if (onlyIfNeeded && (await DescribeAsync(host, ct)).CryptoMode == HostCryptoMode.Safe)
            {
                return;
            }

            var task = await tasks.BeginAsync(kind, ObjectRef.Of(host), caller, ct);
            try
            {
                await work(task, await RowAsync(host.Id, ct));
                await tasks.SucceedAsync(task.Id, also: null, CancellationToken.None);
            }
            catch (Exception e)
            {
                await tasks.FailAsync(task.Id, tasks.FaultOf(e, host.Name, task.Id), also: null, CancellationToken.None);
                throw;
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>
    /// <code>
    /// 1 key     the one of the host's record by its id; a new one when rotating, when the host was moved to another cluster, or
    ///           when the old one cannot be had                    (dies here: the record is retired by the next attempt)
    /// 2 deliver sealed to the host
    /// 3 host    takes it as its host key, durably by name         (dies here: the host says which one, records follow)
    /// 4 settle  record in use, old one retired, events, alarm cleared: one transaction
    /// </code>
    /// </summary>
    private async Task EnableAsync(TaskRow task, HostRow host, bool rotate, CancellationToken ct)
    {
        var description = await DescribeAsync(host, ct);
        if (description.CryptoMode == HostCryptoMode.Incapable)
        {
            description = await hosts.Once(host.Id).Admin.PrepareCryptoAsync(ct);
        }

        if (description.HostKey is { } named)
        {
            await store.WriteAsync(db => register.SettleHostAsync(db, host, named, task.UserName, ct), ct);
        }

        // Steps 1 and 2
        var grain = grains.GetGrain<IHostGrain>(host.Id);
        var old = await store.ReadAsync(db => db.KeyRecords.OfHostInUseAsync(host.Id, ct), ct);
        var (key, newKey) = (default(ExpectedKey?), default(string));
        if (old is not null && !rotate)
        {
            newKey = IsMoved(host) && description.CryptoMode != HostCryptoMode.Safe ? EventIds.NewHostKeyClusterError : null;
            if (newKey is null)
            {
                var order = new ExpectedKey(old.Provider, old.KeyId, old.Kcv);
                var delivery = await grain.DeliverInTimeAsync([order], KeyDeliverer.HostKey);
                key = delivery.Faults.Count == 0 ? order : null;
                newKey = key is not null ? null : NewKeyEvent(delivery.Reasons[0])
                    ?? throw new FaultException(KeyFaults.Missing(host.Name, delivery.Reasons));
            }
        }

        if (key is null)
        {
            key = await register.MakeForHostAsync(task, host, await providers.DefaultAsync(ct), ct);
            (await grain.DeliverInTimeAsync([key.Value], KeyDeliverer.HostKey)).ThrowIfMissing(host.Name);
        }

        // Step 3
        var reply = await hosts.Once(host.Id).Admin.EnableCryptoAsync(key.Value, ct);

        // Step 4
        await SettleAsync(task.UserName, host, key.Value, old, newKey, rotate, reply, ct);
    }

    private async Task SettleAsync(
        string user, HostRow host, ExpectedKey key, KeyRecordRow? old, string? newKey, bool rotate, HostFacts reply,
        CancellationToken ct)
    {
        var about = ObjectRef.Of(host);
        var unused = await store.WriteAsync(
            async db =>
            {
                var row = await db.Hosts.GetAsync(host.Id, ct);
                row.CryptoParentId = row.ParentId;
                row.Description = KeptDescriptions.Keep(reply);
                if (newKey is not null)
                {
                    events.Add(
                        db, newKey, user, about, $"{host.Name} has a new host key {key}; before: {old?.Provider}/{old?.KeyId}.");
                }

                events.Add(db, EventIds.CryptoOperation, user, about,
                    $"{user}: {(rotate ? "new host key" : "encryption mode")} of {host.Name}; key {key}; "
                    + $"keys before: {(old is null ? "none" : $"{old.Provider}/{old.KeyId}")}", EventOutcome.Succeeded);
                events.Add(db, EventIds.HostCryptoEnabled, user, about, $"{host.Name} is in encryption mode, host key {key}.");
                await alarms.ClearAsync(db, AlarmIds.HostNeedsEncryptionMode, host.Id, ct);
                return await register.SettleHostAsync(db, host, key.ToName(), user, ct);
            },
            ct);
        if (unused.Count > 0)
        {
            await grains.GetGrain<IHostGrain>(host.Id).ReleaseAsync(unused);
        }
    }

    /// <summary>
    /// Why a new key is made instead of one that cannot be had; null when host or broker are the trouble, not the key.
    /// </summary>
    private static string? NewKeyEvent(KeyReason reason) => reason.Reason switch
    {
        KeyReasons.MissingOnKms or KeyReasons.NotActiveOnKms or KeyReasons.WrongKey or KeyReasons.NotAKey
            => EventIds.NewHostKeyMissingOnKms,
        KeyReasons.ProviderUnreachable or KeyReasons.ProviderUnknown or KeyReasons.NoPermission
            or KeyReasons.NotVisibleToIdentity => EventIds.NewHostKeyClusterError,
        _ => null,
    };

    private static bool IsMoved(HostRow host) => host.CryptoParentId.Length > 0 && host.CryptoParentId != host.ParentId;

    /// <summary>VMs that are encrypted or about to be: a record of one that a task under way made counts, too.</summary>
    private Task<List<string>> EncryptedVmsAsync(string hostId, CancellationToken ct) =>
        store.ReadAsync(db => db.Vms.EncryptedOnAsync(hostId, ct), ct);

    private async Task<HostRow> RowAsync(string hostId, CancellationToken ct) =>
        await store.ReadAsync(db => db.Hosts.FindAsync(hostId, ct), ct)
        ?? throw new FaultException(new Fault(FaultTypes.NotFound, "lorica.hostNotFound", hostId,
            $"There is no host {hostId}.", "See `lorica host ls`."));

    private Task<HostFacts> DescribeAsync(HostRow host, CancellationToken ct) =>
        hosts.Once(host.Id).Admin.DescribeAsync(ct);
}
