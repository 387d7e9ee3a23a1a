using System.Security.Cryptography;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Names;
using Lorica.Contracts.Rest;
using Lorica.Contracts.Trust;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Brokers;
using Lorica.ControlPlane.HostEncryption;
using Lorica.ControlPlane.Hosts;
using Lorica.ControlPlane.Inventory;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tree;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.HostAdministration;

/// <summary>Hosts come, move, rest and go.</summary>
public sealed class HostService(
    CenterStore store, HostDirectory directory, HostLinks links, HostClient hosts, HostCrypto crypto, BrokerLink broker,
    CenterIdentity identity, IHostCertificates certificates, IAuthorizer authorizer, MoveRules moves,
    OperationRunner runner, EventLog events, AlarmStore alarms, DatastoreTable datastores, IGrainFactory grains,
    TimeProvider time)
{
    private const int LongestAddress = 255;

    /// <summary>The certificate of a host that waits to join.</summary>
    public async Task<CertificateModel> ProbeAsync(Caller caller, ProbeHostBody body, CancellationToken ct)
    {
        await RequireAddAsync(caller, body.Cluster, ct);
        using var client = Client(body.Address, null);
        await client.HelloAsync(ct);
        var shown = client.Shown;
        return new CertificateModel(
            shown.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(), shown.Subject, shown.Issuer,
            new DateTimeOffset(shown.NotBefore), new DateTimeOffset(shown.NotAfter), shown.ExportCertificatePem());
    }

    /// <summary>
    /// Joins a host.
    /// <code>
    /// 1 both sides prove that they know the token, bound to both keys    (dies here: not joined, the host still waits)
    /// 2 its certificate is issued, its key pinned with the broker        (dies here: not joined; a pin of a host that never was)
    /// 3 the host is in the table as "joining", its key pinned, tried     (dies here: stays so and says what to do; see below)
    /// 4 the host takes certificate and CA, durably                       (dies here: joined; the center finds it when it runs)
    /// 5 it is no longer "joining"
    /// </code>
    /// A host that stays "joining" connects by itself if step 4 was done; else adding it again takes the place of the attempt,
    /// and removing it withdraws it. Whether step 4 was done the center cannot know when the host
    /// does not answer, so it decides nothing.
    /// </summary>
    public async Task<HostModel> AddAsync(Caller caller, AddHostBody body, CancellationToken ct)
    {
        var parent = await RequireAddAsync(caller, body.Cluster, ct);
        var token = JoinToken.Parse(body.Token)
            ?? throw Invalid("lorica.joinToken", body.Address, "That is no token: it has 26 letters and digits.");
        if (body.CertificateSha256.Length != 64)
        {
            throw Invalid("lorica.fingerprint", body.Address, "The certificate is named by its SHA-256, 64 hexadecimal digits.");
        }

        using var client = Client(body.Address, body.CertificateSha256.ToLowerInvariant());
        await runner.RunAsync(
            HostTaskKinds.Add, new ObjectRef(ObjectKinds.Host, "", body.Address), caller,
            async task =>
            {
                // Step 1
                var hello = await client.HelloAsync(ct);
                string name = CheckName(body.Name ?? hello.Name);
                var proved = await client.ProveAsync(token, hello, ct);
                if (!Guid.TryParseExact(proved.HostId, "D", out _))
                {
                    throw Invalid("lorica.hostId", body.Address, "The host has no id.");
                }

                // Step 2
                var (certificate, ca) = certificates.Issue(proved.Request.ToByteArray(), client.HostSpki, proved.HostId);
                string pin = Convert.ToHexStringLower(SHA256.HashData(client.HostSpki));
                await broker.CallAsync((b, o) => b.PinHostAsync(new PinHostRequest
                {
                    HostId = proved.HostId, SpkiSha256 = Google.Protobuf.ByteString.CopyFrom(Convert.FromHexString(pin)),
                }, o), ct);

                // Step 3
                await RecordAsync(caller, new HostPeer(proved.HostId, name, body.Address, pin), parent, ct);

                links.Put(new HostPeer(proved.HostId, name, body.Address, pin));
                await grains.GetGrain<IHostGrain>(proved.HostId).StartAsync();

                // Step 4
                try
                {
                    await client.InstallAsync(certificate, ca, ct);
                }
                catch (FaultException e) when (e.Fault.Type != FaultTypes.HostCommunication)
                {
                    await ForgetAsync(caller, proved.HostId, $"{name} did not join: {e.Fault.Message}");
                    await UnpinAsync(proved.HostId, CancellationToken.None);
                    throw;
                }

                // Step 5
                await store.WriteAsync(
                    db => db.Hosts.SetJoinedAsync(proved.HostId, CancellationToken.None), CancellationToken.None);
                return task;
            },
            ct);
        return await directory.GetAsync(caller, CheckName(body.Name ?? (await NameAsync(body.Address, ct))), ct);
    }

    /// <summary>Removes a host; refused while VMs are on it. What it knows it keeps, and no key goes there any more.</summary>
    public async Task RemoveAsync(Caller caller, string host, CancellationToken ct)
    {
        var row = await directory.FindAsync(host, ct);
        await authorizer.RequireAsync(caller, Privileges.RemoveHost, ObjectRef.Of(row), ct);
        await runner.RunAsync(HostTaskKinds.Remove, ObjectRef.Of(row), caller, async _ =>
        {
            await RequireEmptyAsync(row, ct);
            await UnpinAsync(row.Id, ct);
            await ForgetAsync(caller, row.Id, $"{caller.User} removed host {row.Name}.");
        }, ct);
    }

    /// <summary>Moves a host to another cluster or datacenter. Its host key is a new one once it is started again.</summary>
    public async Task<HostModel> MoveAsync(Caller caller, string host, string parent, CancellationToken ct)
    {
        var row = await directory.FindAsync(host, ct);
        var target = await store.ReadAsync(db => InventoryTree.FindAsync(db, parent, ct), ct);
        if (target.Kind is not (ObjectKinds.Cluster or ObjectKinds.Datacenter))
        {
            throw Invalid("lorica.hostParent", row.Name, "A host is in a cluster or in a datacenter.");
        }

        await authorizer.RequireAsync(caller, Privileges.MoveHost, ObjectRef.Of(row), ct);
        await authorizer.RequireAsync(
            caller, target.Kind == ObjectKinds.Cluster ? Privileges.AddHostToCluster : Privileges.AddStandaloneHost,
            ObjectRef.Of(target), ct);
        await moves.RequireAsync(caller, ObjectRef.Of(row), ObjectRef.Of(target), ct);
        await runner.RunAsync(HostTaskKinds.Move, ObjectRef.Of(row), caller, _ => store.WriteAsync(
            async db =>
            {
                var now = await db.Hosts.GetAsync(row.Id, ct);
                now.ParentId = target.Id;
                events.Add(db, EventIds.HostMoved, caller, ObjectRef.Of(now),
                    $"{caller.User} moved host {now.Name} to {target.Name}.");
            },
            ct), ct);
        return await directory.GetAsync(caller, row.Id, ct);
    }

    /// <summary>Enters maintenance (refused while a VM runs there) or leaves it.</summary>
    public async Task<HostModel> MaintenanceAsync(Caller caller, string host, bool enter, CancellationToken ct)
    {
        var row = await directory.FindAsync(host, ct);
        await authorizer.RequireAsync(caller, Privileges.HostMaintenance, ObjectRef.Of(row), ct);
        await runner.RunAsync(enter ? HostTaskKinds.EnterMaintenance : HostTaskKinds.ExitMaintenance,
            ObjectRef.Of(row), caller, async _ =>
        {
            if (row.Maintenance == enter)
            {
                throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.maintenance", row.Name,
                    enter ? $"{row.Name} is in maintenance already." : $"{row.Name} is not in maintenance.",
                    $"lorica host show {row.Name}"));
            }

            // First no VM starts any more, then none may run: between the two none slips in.
            await SetMaintenanceAsync(caller, row, enter, note: !enter, ct);
            if (!enter)
            {
                return;
            }

            try
            {
                await RequireNothingRunsAsync(row, ct);
            }
            catch
            {
                await SetMaintenanceAsync(caller, row, maintenance: false, note: false, CancellationToken.None);
                throw;
            }

            await events.AddAsync(EventIds.HostMaintenance, caller, ObjectRef.Of(row),
                $"{caller.User} put host {row.Name} into maintenance.", ct);
        }, ct);
        return await directory.GetAsync(caller, row.Id, ct);
    }

    /// <summary>Encryption mode: prepare, enable, rotate, disable.</summary>
    public async Task<HostModel> CryptoAsync(Caller caller, string host, string action, CancellationToken ct)
    {
        var row = await directory.FindAsync(host, ct);
        await (action switch
        {
            "prepare" => crypto.PrepareAsync(caller, row, ct),
            "enable" => crypto.EnableAsync(caller, row, ct),
            "rotate" => crypto.RotateAsync(caller, row, ct),
            "disable" => crypto.DisableAsync(caller, row, ct),
            _ => throw Invalid("lorica.cryptoAction", row.Name, "The action is prepare, enable, rotate or disable."),
        });
        return await directory.GetAsync(caller, row.Id, ct);
    }

    private async Task<ContainerRow> RequireAddAsync(Caller caller, string? cluster, CancellationToken ct)
    {
        var parent = await store.ReadAsync(
            async db => cluster is null
                ? await db.Containers.OfKindAsync(ObjectKinds.Cluster, ct) is [var only] ? only
                    : throw Invalid("lorica.clusterNeeded", "host", "There are several clusters or none: say which one.")
                : await InventoryTree.FindAsync(db, cluster, ct),
            ct);
        if (parent.Kind is not (ObjectKinds.Cluster or ObjectKinds.Datacenter))
        {
            throw Invalid("lorica.hostParent", parent.Name, "A host is in a cluster or in a datacenter.");
        }

        await authorizer.RequireAsync(
            caller, parent.Kind == ObjectKinds.Cluster ? Privileges.AddHostToCluster : Privileges.AddStandaloneHost,
            ObjectRef.Of(parent), ct);
        return parent;
    }

    private JoinClient Client(string address, string? expected) =>
        address.Length <= LongestAddress && HostLinks.ParseAddress(address) is { } point
        ? new JoinClient(identity, address, point, expected, time)
        : throw Invalid("lorica.hostAddress", address, "The address of a host is ADDRESS:PORT or NAME:PORT.");

    private async Task RecordAsync(Caller caller, HostPeer peer, ContainerRow parent, CancellationToken ct)
    {
        // A host at this address that never connected is an attempt that was broken off.
        var before = await store.ReadAsync(db => db.Hosts.NeverConnectedAtAsync(peer.Address, ct), ct);
        foreach (string id in before)
        {
            await ForgetAsync(caller, id, $"{caller.User} lets the host at {peer.Address} join anew.");
            if (id != peer.Id)
            {
                await UnpinAsync(id, ct);
            }
        }

        try
        {
            await store.WriteAsync(
                db =>
                {
                    var row = new HostRow
                    {
                        Id = peer.Id, Name = peer.Name, Address = peer.Address, Pin = peer.Pin, ParentId = parent.Id,
                        State = HostStates.Joining,
                        Detail = "It was being added and has not connected yet. If it says that it has not joined, run "
                            + "`lorica-host join` there, then "
                            + $"`lorica host add {peer.Address}` here again; or give up with `lorica host rm {peer.Name}`.",
                    };
                    db.Hosts.Add(row);
                    events.Add(db, EventIds.HostAdded, caller, ObjectRef.Of(row),
                        $"{caller.User} let host {peer.Name} ({peer.Address}, key {peer.Pin}) join {parent.Name}.");
                    return Task.CompletedTask;
                },
                ct);
        }
        catch (Exception e) when (CenterStore.IsDuplicate(e))
        {
            // One that calls itself by the id of a host that is there must not cost that one its pin.
            if (!await store.ReadAsync(db => db.Hosts.ExistsAsync(peer.Id, CancellationToken.None), CancellationToken.None))
            {
                await UnpinAsync(peer.Id, CancellationToken.None);
            }

            throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.hostExists", peer.Name,
                $"A host {peer.Name} exists.", "Give it another name: --name."), e);
        }
    }

    private Task UnpinAsync(string hostId, CancellationToken ct) =>
        broker.CallAsync((b, o) => b.UnpinHostAsync(new UnpinHostRequest { HostId = hostId }, o), ct);

    private async Task ForgetAsync(Caller caller, string hostId, string message)
    {
        await grains.GetGrain<IHostGrain>(hostId).StopAsync();
        await store.WriteAsync(
            async db =>
            {
                var row = await db.Hosts.FindAsync(hostId, CancellationToken.None);
                if (row is null)
                {
                    return;
                }

                db.Hosts.Remove(row);
                await datastores.ForgetAsync(db, hostId, CancellationToken.None);
                foreach (string alarm in (string[])[AlarmIds.HostLost, AlarmIds.HostNeedsEncryptionMode])
                {
                    await alarms.ClearAsync(db, alarm, hostId, CancellationToken.None);
                }

                events.Add(db, EventIds.HostRemoved, caller, ObjectRef.Of(row), message);
            },
            CancellationToken.None);
        links.Remove(hostId);
    }

    private async Task RequireEmptyAsync(HostRow row, CancellationToken ct)
    {
        var vms = await store.ReadAsync(db => db.Vms.NamesOnHostAsync(row.Id, ct), ct);
        if (vms.Count > 0)
        {
            throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.hostHasVms", row.Name,
                $"VMs are on {row.Name}: {string.Join(", ", vms)}.",
                row.State == HostStates.Connected ? "Migrate, unregister or delete them first."
                    : $"If it is gone for good: lorica vm unregister {vms[0]} --fenced, and register it on another host."));
        }
    }

    private async Task RequireNothingRunsAsync(HostRow row, CancellationToken ct)
    {
        var starting = await store.ReadAsync(db => db.Vms.NamesBusyOnHostAsync(row.Id, ct), ct);
        var vms = await hosts.Once(row.Id).Vms.ListAsync(ct);
        var busy = vms.Where(v => v.PowerState != PowerState.Off)
            .Select(v => v.Name).Concat(starting).Distinct().Order().ToList();
        if (busy.Count > 0)
        {
            throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.hostBusy", row.Name,
                $"VMs run or are worked on at {row.Name}: {string.Join(", ", busy)}.", "Power them off or move them first."));
        }
    }

    private Task SetMaintenanceAsync(
        Caller caller, HostRow host, bool maintenance, bool note, CancellationToken ct) => store.WriteAsync(
        async db =>
        {
            var row = await db.Hosts.GetAsync(host.Id, ct);
            row.Maintenance = maintenance;
            if (note)
            {
                events.Add(db, EventIds.HostMaintenance, caller, ObjectRef.Of(row),
                    $"{caller.User} took host {row.Name} out of maintenance.");
            }
        },
        ct);

    private async Task<string> NameAsync(string address, CancellationToken ct) =>
        await store.ReadAsync(db => db.Hosts.NameAtAsync(address, ct), ct);

    private static string CheckName(string name) =>
        NameRule.Allows(name) ? name : throw new FaultException(new Fault(
            FaultTypes.InvalidArgument, "lorica.hostName", NameRule.Printable(name), NameRule.Text,
            "Give the host another name: --name."));

    private static FaultException Invalid(string key, string target, string message) =>
        new(new Fault(FaultTypes.InvalidArgument, key, target, message, "Correct the request."));
}
