using System.Text.Json;
using Google.Protobuf;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Events;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Store;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Providers;

/// <summary>
/// See <see cref="IProviderGrain"/>. The broker is changed first, the table second: a crash between leaves a provider that the
/// broker knows and the center does not; adding it again replaces it.
/// </summary>
internal sealed class ProviderGrain(CenterStore store, BrokerLink broker, EventLog events, HostNudger nudger, TimeProvider time)
    : Grain, IProviderGrain
{
    private string Name => this.GetPrimaryKeyString();

    /// <inheritdoc />
    public async Task AddAsync(Caller caller, ProviderSpec spec)
    {
        if (await store.ReadAsync(db => db.Providers.AnyAsync(p => p.Name == Name)))
        {
            throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.providerExists", Name,
                $"A provider {Name} is registered.", "Remove it first, or choose another name."));
        }

        var request = new ConfigureProviderRequest { Name = Name, Replace = true, Identity = IdentityOf(spec) };
        request.Servers.AddRange(spec.Servers.Select(s => new PinnedServer
        {
            Address = new ServerAddress { Host = s.Host, Port = s.Port }, CertificateSha256 = s.CertificateSha256,
        }));
        var configured = await broker.CallAsync((c, o) => c.ConfigureProviderAsync(request, o), CancellationToken.None);

        var servers = spec.Servers.Select(s => new ServerModel(s.Host, s.Port, s.CertificateSha256)).ToList();
        await store.WriteAsync(async db =>
        {
            db.Providers.Add(new ProviderRow
            {
                Name = Name,
                IsDefault = !await db.Providers.AnyAsync(p => p.IsDefault),
                Servers = JsonSerializer.Serialize(servers, StoreJson.Default.ListServerModel),
                Identity = spec.Identity,
                ClientCertificatePem = configured.ClientCertificatePem,
                ClientCertificateSha256 = configured.ClientCertificateSha256,
                ClientNotAfter = configured.ClientNotAfterUnix,
                CreatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            });
            events.Add(db, EventIds.ProviderAdded, caller.User, Name,
                $"{caller.User} registered key provider {Name} ({string.Join(", ", servers.Select(s => $"{s.Host}:{s.Port}"))}).");
        });
        await nudger.NudgeAllAsync();
    }

    /// <inheritdoc />
    public async Task RemoveAsync(Caller caller, bool force)
    {
        if (!await store.ReadAsync(db => db.Providers.AnyAsync(p => p.Name == Name)))
        {
            throw ProviderService.Unknown(Name);
        }

        var users = await store.ReadAsync(db => (
            from r in db.KeyRecords
            join v in db.Vms on r.VmId equals v.Id
            where r.Provider == Name && r.State == KeyRecordStates.Usable
            orderby v.Name
            select v.Name).Distinct().ToListAsync());
        if (users.Count > 0 && !force)
        {
            throw new FaultException(new Fault(FaultTypes.ResourceInUse, "lorica.providerInUse", Name,
                $"Keys of {Name} are used by {string.Join(", ", users)}.",
                "Decrypt or recrypt these VMs first, or force it: then they lock when they need a key."));
        }

        try
        {
            await broker.CallAsync(
                (c, o) => c.RemoveProviderAsync(new ProviderRequest { Name = Name }, o), CancellationToken.None);
        }
        catch (FaultException e) when (e.Fault.Type == FaultTypes.NotFound)
        {
            // Removed there by an attempt that died before it came here.
        }

        await store.WriteAsync(async db =>
        {
            var row = await db.Providers.FirstAsync(p => p.Name == Name);
            db.Providers.Remove(row);
            await db.SaveChangesAsync();
            if (row.IsDefault && await db.Providers.OrderBy(p => p.CreatedAt).FirstOrDefaultAsync() is { } next)
            {
                next.IsDefault = true;
            }

            events.Add(db, EventIds.ProviderRemoved, caller.User, Name, users.Count == 0
                ? $"{caller.User} removed key provider {Name}."
                : $"{caller.User} removed key provider {Name} by force; used by {string.Join(", ", users)}.");
        });
    }

    private static ClientIdentity IdentityOf(ProviderSpec spec) => spec.Identity switch
    {
        "broker" => new ClientIdentity { BrokerCertificate = true },
        "selfSigned" => new ClientIdentity { SelfSigned = true },
        _ => new ClientIdentity
        {
            Uploaded = new SealedIdentity
            {
                Enc = ByteString.CopyFrom(spec.SealedEnc), Ciphertext = ByteString.CopyFrom(spec.SealedIdentity),
            },
        },
    };
}
