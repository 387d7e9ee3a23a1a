using System.Text;
using Grpc.Core;
using Lorica.Broker.Hosting;
using Lorica.Broker.Providers;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Trust;
using Lorica.Crypto;
using Lorica.Kmip;
using Lorica.Platform.Trust;

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

    public override async Task<ProviderDescription> ConfigureProvider(
        ConfigureProviderRequest request, ServerCallContext context)
    {
        Check(request);
        using var alone = await identities.AloneAsync(context.CancellationToken);
        var known = providers.Find(request.Name);
        if (known is not null && !request.Replace)
        {
            throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.providerExists", request.Name,
                $"A key provider named {request.Name} exists.", "Change or remove it, or take another name."));
        }

        IReadOnlyList<ServerEntry> servers =
        [
            .. request.Servers.Select(s => new ServerEntry(
                s.Address.Host, s.Address.Port, s.CertificateSha256.ToLowerInvariant(),
                s.Proxy is { Host.Length: > 0 } proxy ? proxy.Host : null, s.Proxy?.Port ?? 0, s.ConnectTimeoutMs,
                s.RequestTimeoutMs, s.TlsSuites.Length > 0 ? s.TlsSuites : null,
                s.KmipVersion.Length > 0 ? s.KmipVersion : null)),
        ];
        if (!request.Adds)
        {
            RefuseOldCredential(request, known, servers);
            RefuseUnsigned(request, known);
        }

        // An entry that the center does not know was removed, or is of an attempt to add it that broke off: nobody can name that
        // one, so it counts as removed.
        bool adds = known is null || request.Adds;
        var before = known ?? providers.FindRemoved(request.Name);
        if (adds && before is not null)
            before = before with { Removed = true };
        var present = before is null ? null : providers.WithServers(before, servers);
        var fresh = new ProviderEntry
        {
            Name = request.Name, Form = ProviderEntry.PresentForm, Servers = servers, Identity = ProviderStore.BrokerCertificate,
            KeySha256 = Peer.PinOf(self.Certificate), ProbeKeyId = present?.ProbeKeyId, ProbeKcv = present?.ProbeKcv,
            Former = present?.Former,
        };
        bool comesBack = adds && present is not null && KindOf(request.Identity) == present.Identity && providers.Opens(present);
        var (candidate, changes, madeHere) = Changed(request, adds && !comesBack ? fresh : present!, adds, comesBack);
        if (changes)
        {
            candidate = await identities.TakeAsync(present, candidate, request.Proof, madeHere, context.CancellationToken);
        }
        else
        {
            providers.Save(candidate);
        }

        log.ProviderConfigured(candidate.Name, candidate.Servers.Count);
        return Describe(candidate);
    }

    public override async Task<RemoveProviderReply> RemoveProvider(RemoveProviderRequest request, ServerCallContext context)
    {
        using var alone = await identities.AloneAsync(context.CancellationToken);
        var entry = providers.FindRemoved(request.Name) ?? providers.Get(request.Name);
        if (request.KeepIdentity)
            providers.Save(entry with { Removed = true, SealedRequestedKey = null, Waiting = null });
        else
            providers.Remove(request.Name);
        log.ProviderRemoved(request.Name);
        return new RemoveProviderReply();
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

    /// <summary>A password is never given to a server that nobody meant when it was given.</summary>
    private static void RefuseOldCredential(
        ConfigureProviderRequest request, ProviderEntry? known, IReadOnlyList<ServerEntry> servers)
    {
        if (known is not { SealedCredential.Length: > 0 } || request.Credential is not null || request.NoCredential
            || ProviderStore.KeepsCredential(known, servers))
        {
            return;
        }

        var added = servers.First(s => !ProviderStore.KeepsCredential(known, [s]));
        throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.credentialNeeded", request.Name,
            $"{added} with certificate {added.CertificateSha256} is new to {request.Name}, whose password was given for other "
                + "servers.",
            $"Send the password again with this change (--user {known.UserName} --password-file FILE), or let it be forgotten "
                + "(lorica kms set NAME --no-credential)."));
    }

    /// <summary>A certificate that nobody signed yet is let in by no KMS: it cannot take the place of one that is.</summary>
    private static void RefuseUnsigned(ConfigureProviderRequest request, ProviderEntry? known)
    {
        if (request.Identity?.KindCase == ClientIdentity.KindOneofCase.CertificateRequest && request.Proof?.Force != true
            && known is not null && (known.ProbeKeyId is not null || request.Proof?.Keys.Count > 0))
        {
            throw new FaultException(new Fault(FaultTypes.InvalidState, "lorica.identityNotProven", known.Name,
                $"{known.Name} has keys that a certificate which nobody signed yet does not see. The identity in use stays.",
                $"lorica kms renew {known.Name} --csr FILE --new-key, have it signed, then lorica kms renew {known.Name} --cert "
                    + "SIGNED"));
        }
    }

    /// <summary>The provider as the request wants it, and whether that changes who we are to the KMS.</summary>
    private (ProviderEntry Candidate, bool Changes, bool MadeHere) Changed(
        ConfigureProviderRequest request, ProviderEntry entry, bool adds, bool comesBack)
    {
        var (changes, madeHere) = (adds, false);
        if (comesBack)
        {
            // Who we were to this KMS comes back with the name: another key made now would not see what belongs to the old one.
            entry = entry with { UserName = null, SealedCredential = null };
        }
        else if (request.Identity is { } identity && identity.KindCase != ClientIdentity.KindOneofCase.None)
        {
            entry = WithIdentity(entry, identity);
            (changes, madeHere) = (true, identity.KindCase == ClientIdentity.KindOneofCase.SelfSigned);
        }

        if (request.Credential is { } credential)
            return (WithCredential(entry, credential), true, madeHere);
        return request.NoCredential && entry.SealedCredential is { Length: > 0 }
            ? (entry with { UserName = null, SealedCredential = null }, true, madeHere)
            : (entry, changes, madeHere);
    }

    /// <summary>The kind of an identity that the broker would make itself; null when it comes with the request.</summary>
    private static string? KindOf(ClientIdentity? identity) => identity?.KindCase switch
    {
        ClientIdentity.KindOneofCase.SelfSigned => ProviderStore.SelfSigned,
        ClientIdentity.KindOneofCase.CertificateRequest => ProviderStore.Requested,
        _ => null,
    };

    private ProviderEntry WithIdentity(ProviderEntry entry, ClientIdentity identity)
    {
        switch (identity.KindCase)
        {
            case ClientIdentity.KindOneofCase.SelfSigned:
                return SelfSigned(entry, newKey: true) with { SealedRequestedKey = null };
            case ClientIdentity.KindOneofCase.CertificateRequest:
                using (var key = ClientCertificate.NewKey())
                using (var made = ClientCertificate.SelfSigned(entry.Name, key, time))
                {
                    return identities.With(entry, ProviderStore.Requested, made) with
                    {
                        SealedRequestedKey = providers.Seal(entry, SealPurpose.RequestedKey, key),
                    };
                }

            case ClientIdentity.KindOneofCase.Uploaded:
                using (var uploaded = Open(entry, identity.Uploaded, ProviderBinding.IdentityInfo))
                    return identities.With(entry, ProviderStore.Uploaded, uploaded) with { SealedRequestedKey = null };
            case ClientIdentity.KindOneofCase.BrokerCertificate:
                return entry with
                {
                    Identity = ProviderStore.BrokerCertificate,
                    CertificatePem = null,
                    SealedIdentity = null,
                    SealedRequestedKey = null,
                    KeySha256 = Peer.PinOf(self.Certificate),
                };
            default:
                throw new InvalidOperationException($"This broker does not know the identity {identity.KindCase}.");
        }
    }

    private ProviderEntry WithCredential(ProviderEntry entry, SealedIdentity blob)
    {
        using var text = Open(entry, blob, ProviderBinding.CredentialInfo);
        return Credential.Read(text) is { } credential
            ? entry with
            {
                UserName = credential.User,
                SealedCredential = providers.Seal(entry, SealPurpose.Credential, text),
            }
            : throw Argument(entry.Name, "A credential is a user name and a password of at most 1024 bytes each.");
    }

    private KeyBuffer Open(ProviderEntry entry, SealedIdentity blob, ReadOnlySpan<byte> info)
    {
        try
        {
            return receiver.Open(blob.Enc.Span, info, entry.Binding(), blob.Ciphertext.Span);
        }
        catch (CryptoException)
        {
            throw new FaultException(new Fault(FaultTypes.InvalidArgument, "lorica.identityExpired", entry.Name,
                "What was sealed for the broker does not open: it was sealed to a key that the broker does not have (any more), "
                    + "for another provider, or for other servers.",
                "Fetch the broker's key again and repeat."));
        }
    }

    private ProviderDescription Describe(ProviderEntry entry)
    {
        var present = DescribeIdentity(entry.Kept())!;
        var description = new ProviderDescription
        {
            Name = entry.Name,
            IdentityKind = entry.Identity,
            ClientCertificatePem = present.CertificatePem,
            ClientCertificateSha256 = present.CertificateSha256,
            ClientNotAfterUnix = present.NotAfterUnix,
            UserName = entry.UserName ?? "",
            Present = present,
            Former = DescribeIdentity(entry.Former),
            Waiting = DescribeIdentity(entry.Waiting),
            UnprovenSinceUnix = entry.UnprovenSinceUnix,
        };
        description.Servers.AddRange(entry.Servers.Select(s => new PinnedServer
        {
            Address = new ServerAddress { Host = s.Host, Port = s.Port }, CertificateSha256 = s.CertificateSha256,
            Proxy = s.Proxy() is { } proxy ? new ServerAddress { Host = proxy.Host, Port = proxy.Port } : null,
            ConnectTimeoutMs = s.ConnectTimeoutMs, RequestTimeoutMs = s.RequestTimeoutMs,
            TlsSuites = s.TlsSuites ?? "", KmipVersion = s.MaximumVersion ?? "",
        }));
        return description;
    }

    private IdentityDescription? DescribeIdentity(KeptIdentity? identity)
    {
        if (identity is null)
            return null;
        using var read = identity.CertificatePem is { } pem ? System.Security.Cryptography.X509Certificates.X509Certificate2
            .CreateFromPem(pem) : null;
        var certificate = read ?? self.Certificate;
        return new IdentityDescription
        {
            Kind = identity.Kind,
            CertificatePem = certificate.ExportCertificatePem(),
            CertificateSha256 =
                Convert.ToHexStringLower(certificate.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256)),
            KeySha256 = Peer.PinOf(certificate),
            NotBeforeUnix = new DateTimeOffset(certificate.NotBefore.ToUniversalTime()).ToUnixTimeSeconds(),
            NotAfterUnix = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()).ToUnixTimeSeconds(),
            SinceUnix = identity.SinceUnix,
            UserName = identity.UserName ?? "",
        };
    }

    private static void Check(ConfigureProviderRequest request)
    {
        if (request.Name.Length is 0 or > MaximumNameLength || Encoding.UTF8.GetByteCount(request.Name) > MaximumNameBytes
            || request.Name.Any(char.IsControl))
        {
            throw Argument("server.info.name", "A key provider has a name of 1 to 80 printable characters, at most 120 bytes.");
        }

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
