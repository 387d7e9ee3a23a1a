using System.Text.Json;
using Google.Protobuf;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Brokers;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Providers;

/// <summary>
/// See <see cref="IProviderGrain"/>. The broker is changed first, the table second: a crash between leaves a provider that the
/// broker knows and the center does not; adding it again replaces it.
/// </summary>
internal sealed partial class ProviderGrain(
    CenterStore store, BrokerLink broker, EventLog events, HostNudger nudger, AlarmStore alarms, KeyIndex index,
    IBrokerCertificates certificates, TimeProvider time)
    : Grain, IProviderGrain
{
    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc />
    public async Task AddAsync(Caller caller, ProviderSpec spec)
    {
        if (await store.ReadAsync(db => db.Providers.ExistsAsync(Name, CancellationToken.None)))
        {
            throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.providerExists", Name,
                $"A provider {Name} is registered.", "Remove it first, or choose another name."));
        }

        var servers = spec.Servers!.ConvertAll(Model);
        var configured = await ConfigureAsync(spec, servers, adds: true);
        await store.WriteAsync(async db =>
        {
            db.Providers.Add(new ProviderRow
            {
                Name = Name,
                IsDefault = await db.Providers.DefaultAsync(CancellationToken.None) is null,
                Servers = JsonSerializer.Serialize(servers, StoreJson.Default.ListServerModel),
                Identity = spec.Identity!,
                UserName = configured.UserName,
                ClientCertificatePem = configured.ClientCertificatePem,
                ClientCertificateSha256 = configured.ClientCertificateSha256,
                ClientNotAfter = configured.ClientNotAfterUnix,
                CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            });
            events.Add(db, EventIds.ProviderAdded, caller, Name,
                $"{caller.User} registered key provider {Name} "
                + $"({string.Join(", ", servers.Select(s => $"{s.Host}:{s.Port}"))}){Unproven(configured)}.");
        });
        await nudger.NudgeAllAsync();
    }

    /// <inheritdoc />
    public async Task ChangeAsync(Caller caller, ProviderSpec change)
    {
        var row = await store.ReadAsync(db => db.Providers.FindAsync(Name, CancellationToken.None))
            ?? throw ProviderService.Unknown(Name);
        var before = ProviderService.ServersOf(row);
        var servers = change.Servers?.ConvertAll(Model) ?? [.. before];
        var configured = await ConfigureAsync(change, servers, adds: false);
        await store.WriteAsync(async db =>
        {
            var current = await db.Providers.GetAsync(Name, CancellationToken.None);
            current.Servers = JsonSerializer.Serialize(servers, StoreJson.Default.ListServerModel);
            Fill(current, configured);
            if (change.MakeDefault && !current.IsDefault)
            {
                if (await db.Providers.DefaultAsync(CancellationToken.None) is { } other)
                {
                    await db.Revisions.RaiseAsync(ObjectKinds.Provider, other, CancellationToken.None);
                    await db.Providers.ClearDefaultAsync(CancellationToken.None);
                }

                current.IsDefault = true;
            }

            events.Add(db, EventIds.ProviderChanged, caller, Name,
                $"{caller.User} changed key provider {Name}: {Words(change, before, servers)}"
                + $"{(change.Identity is null && change.SealedCredential.Length == 0 ? "" : Unproven(configured))}.");
        });
        await nudger.NudgeAllAsync();
    }

    /// <inheritdoc />
    public async Task RemoveAsync(Caller caller, bool force)
    {
        bool registered = await store.ReadAsync(db => db.Providers.ExistsAsync(Name, CancellationToken.None));
        var users = (await index.UsesAsync(Name, null, CancellationToken.None))
            .Select(u => u.Name).Distinct(StringComparer.Ordinal).Order().ToList();
        if (registered && users.Count > 0 && !force)
        {
            throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.providerInUse", Name,
                $"Keys of {Name} are used by {string.Join(", ", users)}.",
                "Decrypt or recrypt these VMs first, or force it: then they lock when they need a key."));
        }

        // Files of VMs that left the inventory may come back, and a KMS may give their keys to this identity alone.
        bool needed = users.Count > 0 || (await LeftAsync()).Count > 0;
        if (!registered)
        {
            await ForgetAsync(caller, needed, force);
            return;
        }

        try
        {
            await broker.CallAsync(
                (c, o) => c.RemoveProviderAsync(
                    new RemoveProviderRequest { Name = Name, KeepIdentity = needed }, o), CancellationToken.None);
        }
        catch (FaultException e) when (e.Fault.Type == FaultTypes.NotFound)
        {
            // Removed there by an attempt that died before it came here.
        }

        await store.WriteAsync(async db =>
        {
            var row = await db.Providers.GetAsync(Name, CancellationToken.None);
            db.Providers.Remove(row);
            await db.SaveAsync(CancellationToken.None);
            await alarms.ClearManyAsync(db, AlarmIds.ProviderConnection, [Name], CancellationToken.None);
            await alarms.ClearManyAsync(db, AlarmIds.CertificateExpiry, [Name], CancellationToken.None);
            if (row.IsDefault && await db.Providers.OldestAsync(CancellationToken.None) is { } next)
            {
                next.IsDefault = true;
                await db.Revisions.RaiseAsync(ObjectKinds.Provider, next.Name, CancellationToken.None);
            }

            events.Add(db, EventIds.ProviderRemoved, caller, Name, users.Count == 0
                ? $"{caller.User} removed key provider {Name}."
                : $"{caller.User} removed key provider {Name} by force; used by {string.Join(", ", users)}.");
        });
        await nudger.NudgeAllAsync();
    }

    /// <summary>The identity that was kept of a provider that was removed, once nothing can need it any more.</summary>
    private async Task ForgetAsync(Caller caller, bool needed, bool force)
    {
        if (needed && !force)
        {
            throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.providerInUse", Name,
                $"{Name} is removed. Its client identity is kept, since VMs that are here or have left have keys of it.",
                $"To use it again: lorica kms add {Name} … To discard it, and with it what only it is given: lorica kms rm "
                    + $"{Name} --force"));
        }

        try
        {
            await broker.CallAsync(
                (c, o) => c.RemoveProviderAsync(new RemoveProviderRequest { Name = Name }, o), CancellationToken.None);
        }
        catch (FaultException e) when (e.Fault.Type == FaultTypes.NotFound)
        {
            throw ProviderService.Unknown(Name);
        }

        await store.WriteAsync(db =>
        {
            events.Add(db, EventIds.ProviderRemoved, caller, Name,
                $"{caller.User} discarded the client identity that was kept of key provider {Name}"
                    + $"{(needed ? ", by force: VMs that are here or have left have keys of it" : "")}.");
            return Task.CompletedTask;
        });
    }

    /// <summary>Keys of VMs and disks that left the inventory and may come back.</summary>
    private Task<List<KeyRecordRow>> LeftAsync() =>
        store.ReadAsync(db => db.KeyRecords.KnownOfProviderAsync(Name, CancellationToken.None));

    private async Task<ProviderDescription> ConfigureAsync(ProviderSpec spec, List<ServerModel> servers, bool adds)
    {
        var request = new ConfigureProviderRequest
        {
            Name = Name, Replace = true, Adds = adds, Identity = IdentityOf(spec), NoCredential = spec.NoCredential,
            Credential = spec.SealedCredential.Length == 0 ? null : new SealedIdentity
            {
                Enc = ByteString.CopyFrom(spec.CredentialEnc), Ciphertext = ByteString.CopyFrom(spec.SealedCredential),
            },
        };
        if (spec.Identity is not null || spec.SealedCredential.Length > 0 || spec.NoCredential)
        {
            request.Proof = await ProofAsync(spec.Force);
        }

        request.Servers.AddRange(servers.Select(s => new PinnedServer
        {
            Address = new ServerAddress { Host = s.Host, Port = s.Port }, CertificateSha256 = s.CertificateSha256,
            Proxy = ProviderRules.Proxy(s.Proxy) is { } proxy ? new ServerAddress { Host = proxy.Host, Port = proxy.Port } : null,
            ConnectTimeoutMs = s.ConnectTimeoutMs ?? 0, RequestTimeoutMs = s.RequestTimeoutMs ?? 0,
            TlsSuites = s.TlsSuites ?? "", KmipVersion = s.KmipVersion ?? "",
        }));
        return await broker.CallAsync((c, o) => c.ConfigureProviderAsync(request, o), CancellationToken.None);
    }

    private static void Fill(ProviderRow row, ProviderDescription configured)
    {
        (row.ClientCertificatePem, row.ClientCertificateSha256) =
            (configured.ClientCertificatePem, configured.ClientCertificateSha256);
        (row.ClientNotAfter, row.UserName) = (configured.ClientNotAfterUnix, configured.UserName);
        row.Identity = ProviderIdentities.KindOf(configured.IdentityKind) ?? row.Identity;
    }

    private static ServerModel Model(ServerSpec s) => new(
        s.Host, s.Port, s.CertificateSha256, s.Proxy, s.ConnectTimeoutMs == 0 ? null : s.ConnectTimeoutMs,
        s.RequestTimeoutMs == 0 ? null : s.RequestTimeoutMs, s.TlsSuites, s.KmipVersion);

    /// <summary>What a change changed, for the audit; a newly accepted certificate with its fingerprint.</summary>
    private static string Words(ProviderSpec change, IReadOnlyList<ServerModel> before, List<ServerModel> servers)
    {
        var words = new List<string>();
        if (change.Servers is not null)
        {
            words.Add($"servers {string.Join(", ", servers.Select(s => $"{s.Host}:{s.Port}"))}");
            words.AddRange(servers.Where(
                s => before.Any(b => b.Host == s.Host && b.Port == s.Port && b.CertificateSha256 != s.CertificateSha256))
                .Select(s => $"{s.Host}:{s.Port} now trusted as {s.CertificateSha256}"));
        }

        words.AddRange(change.Identity is { } identity ? [$"identity {identity}"] : Array.Empty<string>());
        words.AddRange(
            change.SealedCredential.Length > 0
                ? ["credential"] : change.NoCredential ? ["no credential"] : Array.Empty<string>());
        words.AddRange(change.MakeDefault ? ["default"] : Array.Empty<string>());
        return words.Count == 0 ? "nothing" : string.Join("; ", words);
    }

    private static ClientIdentity? IdentityOf(ProviderSpec spec) => spec.Identity switch
    {
        null => null,
        "broker" => new ClientIdentity { BrokerCertificate = true },
        "selfSigned" => new ClientIdentity { SelfSigned = true },
        "csr" => new ClientIdentity { CertificateRequest = true },
        "uploaded" => new ClientIdentity
        {
            Uploaded = new SealedIdentity
            {
                Enc = ByteString.CopyFrom(spec.SealedEnc), Ciphertext = ByteString.CopyFrom(spec.SealedIdentity),
            },
        },
        _ => throw new ArgumentException($"There is no identity {spec.Identity}.", nameof(spec)),
    };
}
