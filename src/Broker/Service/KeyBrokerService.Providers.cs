using System.Text;
using Grpc.Core;
using Lorica.Broker.Providers;
using Lorica.Broker.Start;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Crypto;
using Lorica.Kmip;

namespace Lorica.Broker.Service;

/// <summary>Key providers: probing, configuring, health.</summary>
internal sealed partial class KeyBrokerService
{
    private const int MaximumServers = 16;
    private const int MaximumTimeoutMs = 60_000;

    /// <summary>The name's file has twice as many characters, and a file system takes 255.</summary>
    private const int MaximumNameBytes = 120;

    public override async Task<ServerCertificate> ProbeServer(ProbeServerRequest request, ServerCallContext context)
    {
        var address = Checked(request.Server);
        var proxy = request.Proxy is { Host.Length: > 0 } p ? Checked(p) : null;
        try
        {
            var chain = await KmipClient.FetchServerCertificateAsync(
                address.Host, address.Port, proxy is null ? null : new KmipProxy(proxy.Host, proxy.Port),
                context.CancellationToken);
            var leaf = chain[0];
            return new ServerCertificate
            {
                Pem = leaf.ExportCertificatePem(),
                Sha256 = Convert.ToHexStringLower(leaf.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256)),
                Subject = leaf.Subject,
                Issuer = leaf.Issuer,
                NotBeforeUnix = new DateTimeOffset(leaf.NotBefore.ToUniversalTime()).ToUnixTimeSeconds(),
                NotAfterUnix = new DateTimeOffset(leaf.NotAfter.ToUniversalTime()).ToUnixTimeSeconds(),
            };
        }
        catch (KmipException e)
        {
            throw new FaultException(new Fault(
                FaultTypes.HostCommunication, "lorica.kmsUnreachable", $"{address.Host}:{address.Port}",
                $"The key server {address.Host}:{address.Port} showed no certificate: {e.Message}",
                "Check address, port and firewall."));
        }
    }

    public override Task<ProviderDescription> ConfigureProvider(ConfigureProviderRequest request, ServerCallContext context)
    {
        Check(request);
        var known = providers.Find(request.Name);
        if (known is not null && !request.Replace)
        {
            throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.providerExists", request.Name,
                $"A key provider named {request.Name} exists.", "Change or remove it, or take another name."));
        }

        var entry = new ProviderEntry
        {
            Name = request.Name,
            Servers = [.. request.Servers.Select(s => new ServerEntry(
                s.Address.Host, s.Address.Port, s.CertificateSha256.ToLowerInvariant(),
                s.Proxy is { Host.Length: > 0 } proxy ? proxy.Host : null, s.Proxy?.Port ?? 0, s.ConnectTimeoutMs,
                s.RequestTimeoutMs, s.TlsSuites.Length > 0 ? s.TlsSuites : null,
                s.KmipVersion.Length > 0 ? s.KmipVersion : null))],
            Identity = known?.Identity ?? ProviderStore.BrokerCertificate,
            CertificatePem = known?.CertificatePem,
            SealedIdentity = known?.SealedIdentity,
            SealedRequestedKey = known?.SealedRequestedKey,
            UserName = request.NoCredential ? null : known?.UserName,
            SealedCredential = request.NoCredential ? null : known?.SealedCredential,
            ProbeKeyId = known?.ProbeKeyId,
            ProbeKcv = known?.ProbeKcv,
        };
        if (request.Identity is { } identity && identity.KindCase != ClientIdentity.KindOneofCase.None)
            entry = WithIdentity(entry, identity);
        if (request.Credential is { } credential)
            entry = WithCredential(entry, credential);
        providers.Save(entry);
        log.ProviderConfigured(entry.Name, entry.Servers.Count);
        return Task.FromResult(Describe(entry));
    }

    public override Task<RemoveProviderReply> RemoveProvider(ProviderRequest request, ServerCallContext context)
    {
        providers.Get(request.Name);
        providers.Remove(request.Name);
        log.ProviderRemoved(request.Name);
        return Task.FromResult(new RemoveProviderReply());
    }

    public override Task<ListProvidersReply> ListProviders(ListProvidersRequest request, ServerCallContext context)
    {
        var reply = new ListProvidersReply();
        reply.Providers.AddRange(providers.All.Select(Describe));
        return Task.FromResult(reply);
    }

    public override Task<ProviderStatusReply> ProviderStatus(ProviderRequest request, ServerCallContext context) =>
        health.CheckAsync(request.Name, context.CancellationToken);

    public override Task<PingProviderReply> PingProvider(ProviderRequest request, ServerCallContext context) =>
        health.PingAsync(request.Name, context.CancellationToken);

    private ProviderEntry WithIdentity(ProviderEntry entry, ClientIdentity identity)
    {
        switch (identity.KindCase)
        {
            case ClientIdentity.KindOneofCase.SelfSigned:
                using (var key = ClientCertificate.NewKey())
                using (var made = ClientCertificate.SelfSigned(entry.Name, key, time))
                    return Sealed(entry, ProviderStore.SelfSigned, made);
            case ClientIdentity.KindOneofCase.CertificateRequest:
                using (var key = ClientCertificate.NewKey())
                using (var made = ClientCertificate.SelfSigned(entry.Name, key, time))
                {
                    return Sealed(entry, ProviderStore.Requested, made) with
                    {
                        SealedRequestedKey = seal.Seal(ProviderStore.RequestedKeyOf(entry.Name), key),
                    };
                }

            case ClientIdentity.KindOneofCase.Uploaded:
                using (var uploaded = Open(entry.Name, identity.Uploaded, "lorica-identity-v1"u8))
                    return Sealed(entry, ProviderStore.Uploaded, uploaded);
            case ClientIdentity.KindOneofCase.BrokerCertificate:
                return entry with
                {
                    Identity = ProviderStore.BrokerCertificate,
                    CertificatePem = null,
                    SealedIdentity = null,
                    SealedRequestedKey = null,
                };
            default:
                throw new InvalidOperationException($"This broker does not know the identity {identity.KindCase}.");
        }
    }

    private ProviderEntry Sealed(ProviderEntry entry, string kind, KeyBuffer pem)
    {
        using var certificate = ClientCertificate.Read(entry.Name, pem);
        return entry with
        {
            Identity = kind,
            CertificatePem = certificate.ExportCertificatePem(),
            SealedIdentity = seal.Seal(entry.Name, pem),
            SealedRequestedKey = null,
        };
    }

    private ProviderEntry WithCredential(ProviderEntry entry, SealedIdentity blob)
    {
        using var text = Open(entry.Name, blob, "lorica-credential-v1"u8);
        return Credential.Read(text) is { } credential
            ? entry with
            {
                UserName = credential.User,
                SealedCredential = seal.Seal(ProviderStore.CredentialOf(entry.Name), text),
            }
            : throw Argument(entry.Name, "A credential is a user name and a password of at most 1024 bytes each.");
    }

    private KeyBuffer Open(string provider, SealedIdentity blob, ReadOnlySpan<byte> info)
    {
        try
        {
            return receiver.Open(blob.Enc.Span, info, default, blob.Ciphertext.Span);
        }
        catch (CryptoException)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.identityExpired", provider,
                "The client identity was sealed to a key that the broker does not have (any more).",
                "Fetch the broker's key again and repeat."));
        }
    }

    private ProviderDescription Describe(ProviderEntry entry)
    {
        var certificate = providers.OpenIdentity(entry, out var owned);
        var description = new ProviderDescription
        {
            Name = entry.Name,
            IdentityKind = entry.Identity,
            ClientCertificatePem = certificate.ExportCertificatePem(),
            ClientCertificateSha256 =
                Convert.ToHexStringLower(certificate.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256)),
            ClientNotAfterUnix = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()).ToUnixTimeSeconds(),
            UserName = entry.UserName ?? "",
        };
        description.Servers.AddRange(entry.Servers.Select(s => new PinnedServer
        {
            Address = new ServerAddress { Host = s.Host, Port = s.Port }, CertificateSha256 = s.CertificateSha256,
            Proxy = s.Proxy() is { } proxy ? new ServerAddress { Host = proxy.Host, Port = proxy.Port } : null,
            ConnectTimeoutMs = s.ConnectTimeoutMs, RequestTimeoutMs = s.RequestTimeoutMs,
            TlsSuites = s.TlsSuites ?? "", KmipVersion = s.MaximumVersion ?? "",
        }));
        if (owned)
            certificate.Dispose();
        return description;
    }

    private static void Check(ConfigureProviderRequest request)
    {
        if (request.Name.Length is 0 or > MaximumNameLength || Encoding.UTF8.GetByteCount(request.Name) > MaximumNameBytes
            || request.Name.Any(char.IsControl))
            throw Argument("server.info.name", "A key provider has a name of 1 to 80 printable characters, at most 120 bytes.");
        if (request.Servers.Count is 0 or > MaximumServers)
            throw Argument(request.Name, "A key provider has 1 to 16 servers.");
        foreach (var server in request.Servers)
        {
            Checked(server.Address);
            if (server.CertificateSha256.Length != 64 || !server.CertificateSha256.All(char.IsAsciiHexDigit))
                throw Argument(request.Name, "A server is pinned by the SHA-256 of its certificate (64 hex digits).");
            if (server.Proxy is { Host.Length: > 0 } proxy)
                Checked(proxy);
            if (server.TlsSuites is not ("" or ServerEntry.Modern or ServerEntry.KmipCompat))
                throw Argument(request.Name, "The cipher suites of a server are modern or kmip-compat.");
            if (server.KmipVersion.Length > 0 && Kmip.KmipVersion.All.All(v => v.ToString() != server.KmipVersion))
                throw Argument(request.Name, "Versions of KMIP are 1.0 to 1.4.");
            if (server.ConnectTimeoutMs is < 0 or > MaximumTimeoutMs || server.RequestTimeoutMs is < 0 or > MaximumTimeoutMs)
                throw Argument(request.Name, "A time-out is at most 60 seconds.");
        }
    }

    private static ServerAddress Checked(ServerAddress? address) =>
        address is { Host.Length: > 0 and <= 253, Port: > 0 and <= 65535 }
            && !address.Host.Any(c => char.IsControl(c) || c == ' ')
            ? address : throw Argument("server", "A key server has an address and a port from 1 to 65535.");
}
