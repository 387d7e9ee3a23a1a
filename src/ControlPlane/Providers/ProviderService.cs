using System.Text.Json;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Brokers;
using Lorica.ControlPlane.Tasks;
using Lorica.Model;
using Lorica.Store;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Providers;

/// <summary>Key providers, as the faces of the center see them.</summary>
public sealed class ProviderService(
    CenterStore store, BrokerLink broker, IGrainFactory grains, IAuthorizer authorizer,
    OperationRunner operations, HostNudger nudger, ProviderWatch watch, CertificateCheck certificates)
{
    /// <summary>The certificate that a server shows, for a person to accept.</summary>
    public async Task<CertificateModel> ProbeAsync(Caller caller, ProbeBody body, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ManageKeyServers, ObjectRef.Root, ct);
        ProviderRules.CheckAddress(body.Host, body.Port);
        var request = new ProbeServerRequest
        {
            Server = new ServerAddress { Host = body.Host, Port = body.Port },
            Proxy = ProviderRules.Proxy(body.Proxy) is { } proxy
                ? new ServerAddress { Host = proxy.Host, Port = proxy.Port } : null,
        };
        var c = await broker.CallAsync((b, o) => b.ProbeServerAsync(request, o), ct);
        return new CertificateModel(c.Sha256, c.Subject, c.Issuer, DateTimeOffset.FromUnixTimeSeconds(c.NotBeforeUnix),
            DateTimeOffset.FromUnixTimeSeconds(c.NotAfterUnix), c.Pem);
    }

    /// <summary>Registers a provider; the first becomes the default.</summary>
    public async Task<ProviderModel> AddAsync(Caller caller, AddProviderBody body, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ManageKeyServers, ObjectRef.Root, ct);
        var spec = ProviderRules.Check(body);
        await operations.RunAsync(TaskKinds.ProviderAdd, ObjectRef.Provider(body.Name), caller,
            _ => grains.GetGrain<IProviderGrain>(body.Name).AddAsync(caller, spec), ct);
        return ToModel(await RowAsync(body.Name, ct));
    }

    /// <summary>Changes servers, trust, identity, credential, or which provider is the default.</summary>
    public async Task<ProviderModel> ChangeAsync(Caller caller, string name, EditProviderBody body, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ManageKeyServers, ObjectRef.Root, ct);
        var change = ProviderRules.Check(name, body);
        await RowAsync(name, ct);
        await operations.RunAsync(TaskKinds.ProviderChange, ObjectRef.Provider(name), caller,
            _ => grains.GetGrain<IProviderGrain>(name).ChangeAsync(caller, change), ct);
        return ToModel(await RowAsync(name, ct));
    }

    /// <summary>
    /// A request for a client certificate (PKCS#10, PEM): over the present key, or over a new one that is the same until its
    /// certificate comes.
    /// </summary>
    public async Task<PemBody> RequestCertificateAsync(Caller caller, string name, bool newKey, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ManageKeyServers, ObjectRef.Root, ct);
        await RowAsync(name, ct);
        var request = new RequestCertificateRequest { Name = name, NewKey = newKey };
        return await operations.RunAsync(TaskKinds.ProviderRequest, ObjectRef.Provider(name), caller,
            async _ => new PemBody((await broker.CallAsync((b, o) => b.RequestCertificateAsync(request, o), ct)).Pem), ct);
    }

    /// <summary>Installs the certificate that somebody signed for the request, or a renewed one over the same key.</summary>
    public async Task<ProviderModel> InstallCertificateAsync(
        Caller caller, string name, PemBody body, bool force, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ManageKeyServers, ObjectRef.Root, ct);
        await RowAsync(name, ct);
        await operations.RunAsync(TaskKinds.ProviderChange, ObjectRef.Provider(name), caller,
            _ => grains.GetGrain<IProviderGrain>(name).InstallCertificateAsync(caller, body.Pem ?? "", force), ct);
        return ToModel(await RowAsync(name, ct));
    }

    /// <summary>The identity in use, the former one, and the one that waits.</summary>
    public async Task<ProviderIdentityModel> IdentityAsync(Caller caller, string name, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct);
        await RowAsync(name, ct);
        return ProviderIdentities.ToModel(await broker.CallAsync(
            (b, o) => b.DescribeProviderAsync(new ProviderRequest { Name = name }, o), ct));
    }

    /// <summary>Renews the identity.</summary>
    public async Task<ProviderModel> RenewAsync(Caller caller, string name, RenewIdentityBody body, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ManageKeyServers, ObjectRef.Root, ct);
        var spec = ProviderRules.Check(name, body);
        await RowAsync(name, ct);
        await operations.RunAsync(TaskKinds.ProviderChange, ObjectRef.Provider(name), caller,
            _ => grains.GetGrain<IProviderGrain>(name).RenewAsync(caller, spec), ct);
        return ToModel(await RowAsync(name, ct));
    }

    /// <summary>Puts the former identity back; the one in use becomes the former one.</summary>
    public async Task<ProviderModel> RestoreAsync(Caller caller, string name, bool force, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ManageKeyServers, ObjectRef.Root, ct);
        await RowAsync(name, ct);
        await operations.RunAsync(TaskKinds.ProviderChange, ObjectRef.Provider(name), caller,
            _ => grains.GetGrain<IProviderGrain>(name).RestoreAsync(caller, force), ct);
        return ToModel(await RowAsync(name, ct));
    }

    /// <summary>Removes a provider.</summary>
    public async Task RemoveAsync(Caller caller, string name, bool force, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ManageKeyServers, ObjectRef.Root, ct);
        await operations.RunAsync(TaskKinds.ProviderRemove, ObjectRef.Provider(name), caller,
            _ => grains.GetGrain<IProviderGrain>(name).RemoveAsync(caller, force), ct);
    }

    /// <summary>All providers, by name.</summary>
    public async Task<IReadOnlyList<ProviderModel>> ListAsync(Caller caller, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct);
        return [.. (await store.ReadAsync(db => db.Providers.ListAsync(ct), ct)).Select(ToModel)];
    }

    /// <summary>One provider.</summary>
    public async Task<ProviderModel> GetAsync(Caller caller, string name, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct);
        return ToModel(await RowAsync(name, ct));
    }

    /// <summary>
    /// Health of a provider: a probe key is really fetched. A change makes hosts look again for keys they miss.
    /// </summary>
    public async Task<ProviderStatusModel> StatusAsync(Caller caller, string name, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct);
        await RowAsync(name, ct);
        var reply = await broker.CallAsync((b, o) => b.ProviderStatusAsync(new ProviderRequest { Name = name }, o), ct);
        await certificates.SeenAsync(reply, ct);
        await watch.SeenAsync(name, reply.Healthy, CertificateCheck.Errors(reply), ct);
        if (reply.Healthy)
        {
            await nudger.NudgeAllAsync();
        }

        return new ProviderStatusModel(name, reply.Healthy, [.. reply.Servers.Select(s => new ServerStatusModel(
            s.Address?.Host ?? "", s.Address?.Port ?? 0, s.Connected, s.ClientTrustsServer, s.ServerTrustsClient, s.ServesKeys,
            s.ProtocolVersion, s.Vendor, s.Error, Time(s.ServerNotAfterUnix), Time(s.ClientNotAfterUnix),
            s.Resting ? "resting" : "up",
            s.Resting ? DateTimeOffset.FromUnixTimeMilliseconds(s.RetryAtUnixMs) : null, s.Failures))]);
    }

    /// <summary>The broker, with the key to which an identity is sealed.</summary>
    public async Task<BrokerModel> BrokerAsync(Caller caller, CancellationToken ct)
    {
        await authorizer.RequireAsync(caller, Privileges.ReadKeyServersInfo, ObjectRef.Root, ct);
        var d = await broker.CallAsync((b, o) => b.DescribeAsync(new DescribeRequest(), o), ct);
        return new BrokerModel(
            d.Version, Convert.ToBase64String(d.ReceiveKey.Span), d.CertificatePem, d.HardwareAes, d.KeyMemory);
    }

    /// <summary>Name of the default provider; InvalidState when there is none.</summary>
    public async Task<string> DefaultAsync(CancellationToken ct) =>
        await store.ReadAsync(db => db.Providers.DefaultAsync(ct), ct)
        ?? throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.noKeyProvider", "providers",
            "No key provider is registered, so no key can be made.", "Register one: `lorica kms add`."));

    /// <summary>Refuses while no server of a provider answers, before anything is asked of it.</summary>
    internal async Task RequireAnsweringAsync(string name, CancellationToken ct)
    {
        var reply = await broker.CallAsync((b, o) => b.PingProviderAsync(new ProviderRequest { Name = name }, o), ct);
        if (!reply.Healthy)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.providerUnreachable", name,
                $"No server of key provider {name} answers: {reply.Error}", $"lorica kms status {name}"));
        }
    }

    /// <summary>The name of a provider that is registered; NotFound otherwise.</summary>
    internal async Task<string> RequireAsync(string name, CancellationToken ct) => (await RowAsync(name, ct)).Name;

    /// <summary>Its servers.</summary>
    internal static IReadOnlyList<ServerModel> ServersOf(ProviderRow row) =>
        JsonSerializer.Deserialize(row.Servers, StoreJson.Default.ListServerModel) ?? [];

    internal static FaultException Unknown(string name) => new(new Fault(FaultTypes.NotFound, "lorica.providerNotFound", name,
        $"There is no key provider {name}.", "See `lorica kms ls`."));

    private async Task<ProviderRow> RowAsync(string name, CancellationToken ct) =>
        await store.ReadAsync(db => db.Providers.FindAsync(name, ct), ct) ?? throw Unknown(name);

    private static ProviderModel ToModel(ProviderRow p) => new(
        p.Name, p.IsDefault, ServersOf(p), p.Identity,
        p.ClientCertificatePem, p.ClientCertificateSha256, Time(p.ClientNotAfter), p.UserName.Length == 0 ? null : p.UserName);

    private static DateTimeOffset? Time(long seconds) => seconds > 0 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
