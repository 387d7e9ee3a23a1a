using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Lorica.Contracts.Broker;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Trust;
using Lorica.Kmip;
using Lorica.Platform.Trust;

namespace Lorica.Broker.Tests;

/// <summary>
/// Every change of who we are to a KMS, against a real server whose objects belong to the public key of a client.
/// </summary>
public sealed class IdentityTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly HashSet<string> _trusted = [];
    private readonly KmipMemoryStore _store = new();
    private BrokerFixture _broker = null!;
    private ReplicaKms _kms = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await BrokerFixture.StartAsync(_folder.Root);
        _kms = new ReplicaKms(_broker.Pki, "kms1", _store) { LetsIn = c => _trusted.Contains(Peer.PinOf(c)) };
        _trusted.Add(Peer.PinOf(NodeIdentity.Load(
            _broker.Pki.CertificatePath("broker"), _broker.Pki.KeyPath("broker"), _broker.Pki.CaPath).Certificate));
    }

    public async ValueTask DisposeAsync()
    {
        await _kms.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_self_signed_certificate_is_renewed_over_its_key_and_every_key_stays_in_reach()
    {
        var key = await StartAsync(new ClientIdentity { SelfSigned = true });
        var before = (await DescribeAsync()).Present;

        var renewed = await RenewAsync(key);
        Assert.NotEqual(before.CertificateSha256, renewed.Present.CertificateSha256);
        Assert.Equal(before.KeySha256, renewed.Present.KeySha256);
        Assert.Equal(before.CertificateSha256, renewed.Former.CertificateSha256);
        Assert.Equal(0, renewed.UnprovenSinceUnix);
        Assert.Null((await CheckAsync(key)).Fault);
        _broker = await _broker.RestartAsync(_folder.Root);
        Assert.Null((await CheckAsync(key)).Fault);
        Assert.Equal(before.CertificateSha256, (await DescribeAsync()).Former.CertificateSha256);
    }

    [Fact]
    public async Task A_new_key_that_the_KMS_does_not_let_in_waits_and_is_taken_once_it_sees_the_keys()
    {
        var key = await StartAsync(new ClientIdentity { SelfSigned = true });
        var before = (await DescribeAsync()).Present;

        var fault = await RefusedAsync(() => RenewAsync(key, newKey: true));
        Assert.Equal("lorica.identityNotProven", fault.Key);
        Assert.Contains("kms identity show corp --waiting", fault.Hint, StringComparison.Ordinal);
        var waiting = (await DescribeAsync()).Waiting;
        Assert.Equal(before.CertificateSha256, (await DescribeAsync()).Present.CertificateSha256);
        Assert.Null((await CheckAsync(key)).Fault);

        // Let in, it sees nothing of what belongs to the present key: the KMS says "not found" of all of it.
        _trusted.Add(waiting.KeySha256);
        fault = await RefusedAsync(() => RenewAsync(key));
        Assert.Contains("not visible to this identity", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"--from {before.KeySha256} --to {waiting.KeySha256}", fault.Hint, StringComparison.Ordinal);
        Assert.Contains(fault.Keys, k => k.KeyId == key.Key.KeyId && k.Reason == KeyReasons.NotVisibleToIdentity);

        HandOver(before.KeySha256, waiting.KeySha256);
        var renewed = await RenewAsync(key);
        Assert.Equal(waiting.CertificateSha256, renewed.Present.CertificateSha256);
        Assert.Null(renewed.Waiting);
        Assert.Null((await CheckAsync(key)).Fault);
    }

    [Fact]
    public async Task A_forced_identity_says_that_it_does_not_see_the_keys_and_the_former_one_is_put_back()
    {
        var key = await StartAsync(new ClientIdentity { SelfSigned = true });
        var before = (await DescribeAsync()).Present;
        await RefusedAsync(() => RenewAsync(key, newKey: true));
        _trusted.Add((await DescribeAsync()).Waiting.KeySha256);

        var forced = await RenewAsync(key, force: true);
        Assert.NotEqual(0, forced.UnprovenSinceUnix);
        Assert.Equal(KeyReasons.NotVisibleToIdentity, (await CheckAsync(key)).Fault.Reason);
        Assert.True((await StatusAsync()).Healthy, "it has a probe key of its own");

        var restored = await _broker.Client.RestoreIdentityAsync(
            new RestoreIdentityRequest { Name = "corp", Proof = Proof(key) });
        Assert.Equal(before.CertificateSha256, restored.Present.CertificateSha256);
        Assert.Equal(forced.Present.CertificateSha256, restored.Former.CertificateSha256);
        Assert.Null((await CheckAsync(key)).Fault);
        Assert.True((await StatusAsync()).Healthy);
    }

    [Fact]
    public async Task A_request_is_over_the_present_key_unless_a_new_one_is_wanted()
    {
        var key = await StartAsync(new ClientIdentity { CertificateRequest = true });
        string request = await RequestAsync();
        Assert.Equal((await DescribeAsync()).Present.KeySha256, PinOf(request));
        var installed = await InstallAsync(_broker.Pki.Sign(request), key);
        Assert.Equal("requested", installed.IdentityKind);
        Assert.Null((await CheckAsync(key)).Fault);

        string fresh = await RequestAsync(newKey: true);
        Assert.NotEqual(PinOf(request), PinOf(fresh));
        Assert.Equal(fresh, await RequestAsync(newKey: true));
        _trusted.Add(PinOf(fresh));
        string signed = _broker.Pki.Sign(fresh);
        var fault = await RefusedAsync(() => InstallAsync(signed, key));
        Assert.Equal("lorica.identityNotProven", fault.Key);
        _broker = await _broker.RestartAsync(_folder.Root);
        Assert.Equal(installed.Present.CertificateSha256, (await DescribeAsync()).Present.CertificateSha256);
        Assert.Null((await CheckAsync(key)).Fault);

        HandOver(PinOf(request), PinOf(fresh));
        Assert.Equal(PinOf(fresh), (await InstallAsync(signed, key)).Present.KeySha256);
        Assert.Null((await CheckAsync(key)).Fault);
    }

    [Fact]
    public async Task An_uploaded_certificate_is_renewed_by_another_one_and_by_a_request_over_its_own_key()
    {
        var (first, second) = (Issue("one"), Issue("two"));
        var key = await StartAsync(new ClientIdentity { Uploaded = await SealedAsync(first) });
        var fault = await RefusedAsync(async () => await _broker.Client.RenewIdentityAsync(
            new RenewIdentityRequest { Name = "corp", Proof = Proof(key) }));
        Assert.Contains("lorica kms renew corp --cert FILE --key FILE", fault.Hint, StringComparison.Ordinal);

        var upload = new RenewIdentityRequest { Name = "corp", Proof = Proof(key), Uploaded = await SealedAsync(second) };
        _trusted.Add(PinOfCertificate("two"));
        fault = await RefusedAsync(async () => await _broker.Client.RenewIdentityAsync(upload));
        Assert.Equal("lorica.identityNotProven", fault.Key);
        Assert.Equal(PinOfCertificate("one"), (await DescribeAsync()).Present.KeySha256);

        // Its key is of an elliptic curve: the request is over that very key.
        Assert.Equal(PinOfCertificate("one"), PinOf(await RequestAsync()));
        HandOver(PinOfCertificate("one"), PinOfCertificate("two"));
        Assert.Equal(PinOfCertificate("two"), (await _broker.Client.RenewIdentityAsync(upload)).Present.KeySha256);
        Assert.Null((await CheckAsync(key)).Fault);
    }

    [Fact]
    public async Task Every_other_way_to_another_identity_is_proven_too()
    {
        var key = await StartAsync(new ClientIdentity { BrokerCertificate = true });
        var stranger = await SealedAsync(Issue("stranger"));
        _trusted.Add(PinOfCertificate("stranger"));
        foreach (var identity in new[]
        {
            new ClientIdentity { Uploaded = stranger }, new ClientIdentity { SelfSigned = true },
            new ClientIdentity { CertificateRequest = true },
        })
        {
            var fault = await RefusedAsync(() => ConfigureAsync(identity, key));
            Assert.Equal("lorica.identityNotProven", fault.Key);
        }

        // A provider that was removed while its keys are in use, and registered again under its name.
        await _broker.Client.RemoveProviderAsync(new RemoveProviderRequest { Name = "corp", KeepIdentity = true });
        Assert.Empty((await _broker.Client.ListProvidersAsync(new ListProvidersRequest())).Providers);
        Assert.Equal("lorica.identityNotProven",
            (await RefusedAsync(() => ConfigureAsync(new ClientIdentity { Uploaded = stranger }, key))).Key);
        Assert.Equal(KeyReasons.ProviderUnknown, (await CheckAsync(key)).Fault.Reason);
        await ConfigureAsync(new ClientIdentity { Uploaded = stranger }, key, force: true);
        Assert.Equal(KeyReasons.NotVisibleToIdentity, (await CheckAsync(key)).Fault.Reason);
        await _broker.Client.RestoreIdentityAsync(new RestoreIdentityRequest { Name = "corp", Proof = Proof(key) });
        Assert.Null((await CheckAsync(key)).Fault);
    }

    [Fact]
    public async Task Nothing_is_taken_while_no_server_can_be_asked()
    {
        var key = await StartAsync(new ClientIdentity { SelfSigned = true });
        var before = (await DescribeAsync()).Present;
        await _kms.StopAsync();
        var fault = await RefusedAsync(() => RenewAsync(key));
        Assert.Contains("no server answers it", fault.Message, StringComparison.Ordinal);
        _kms.Start();
        Assert.Equal(before.CertificateSha256, (await DescribeAsync()).Present.CertificateSha256);
        await RenewAsync(key);
    }

    [Fact]
    public async Task A_key_that_the_KMS_lost_before_holds_up_no_renewal()
    {
        var key = await StartAsync(new ClientIdentity { SelfSigned = true });
        var lost = new CheckKeyRequest { Key = new() { Provider = "corp", KeyId = "lost" }, ExpectedKcv = "0123456789abcdef" };
        var proof = Proof(key);
        proof.Keys.Add(lost);
        var renewed = await _broker.Client.RenewIdentityAsync(new RenewIdentityRequest { Name = "corp", Proof = proof });
        Assert.Equal(0, renewed.UnprovenSinceUnix);
        Assert.Equal(KeyReasons.MissingOnKms, (await _broker.Client.CheckKeyAsync(lost)).Fault.Reason);
    }

    [Fact]
    public async Task A_renewal_that_is_asked_for_twice_is_done_once()
    {
        var key = await StartAsync(new ClientIdentity { SelfSigned = true });
        string before = (await DescribeAsync()).Present.CertificateSha256;
        var request = new RenewIdentityRequest { Name = "corp", Proof = Proof(key), PresentSha256 = before };
        var first = await _broker.Client.RenewIdentityAsync(request);
        var again = await _broker.Client.RenewIdentityAsync(request);
        Assert.Equal(first.Present.CertificateSha256, again.Present.CertificateSha256);
        Assert.Equal(before, again.Former.CertificateSha256);
    }

    [Fact]
    public async Task The_broker_s_own_certificate_is_renewed_over_its_key_by_its_authority()
    {
        var key = await StartAsync(new ClientIdentity { BrokerCertificate = true });
        var before = (await DescribeAsync()).Present;
        string request = await RequestAsync();
        Assert.Equal(before.KeySha256, PinOf(request));
        var installed = await InstallAsync(_broker.Pki.Sign(request, "OU=broker, CN=broker"), key);
        Assert.Equal("brokerCertificate", installed.IdentityKind);
        Assert.NotEqual(before.CertificateSha256, installed.Present.CertificateSha256);
        _broker = await _broker.RestartAsync(_folder.Root);
        Assert.Null((await CheckAsync(key)).Fault);
        Assert.Equal(installed.Present.CertificateSha256, (await DescribeAsync()).Present.CertificateSha256);

        // Signed by somebody else, over the same key: it is an identity of that authority.
        Assert.Equal("requested", (await InstallAsync(_broker.Pki.Sign(request), key)).IdentityKind);
        Assert.Null((await CheckAsync(key)).Fault);
    }

    [Fact]
    public async Task Another_key_of_the_broker_itself_is_noticed_and_named_as_the_reason()
    {
        var key = await StartAsync(new ClientIdentity { BrokerCertificate = true });
        _broker = await _broker.RestartAsync(_folder.Root, newKey: true);
        _trusted.Add((await DescribeAsync()).Present.KeySha256);
        Assert.Equal(KeyReasons.NotVisibleToIdentity, (await CheckAsync(key)).Fault.Reason);
    }

    [Theory]
    [InlineData("selfSigned")]
    [InlineData("csr")]
    public async Task A_removed_provider_that_is_added_again_is_to_its_KMS_who_it_was(string kind)
    {
        ClientIdentity Identity(bool same) => (kind == "csr") == same
            ? new ClientIdentity { CertificateRequest = true } : new ClientIdentity { SelfSigned = true };
        var key = await StartAsync(Identity(same: true));
        var before = (await DescribeAsync()).Present;
        await _broker.Client.RemoveProviderAsync(new RemoveProviderRequest { Name = "corp", KeepIdentity = true });

        var fault = await RefusedAsync(() => ConfigureAsync(Identity(same: false), key));
        Assert.Equal("lorica.identityNotProven", fault.Key);
        Assert.Contains($"--identity {(kind == "csr" ? "csr" : "self-signed")}", fault.Hint, StringComparison.Ordinal);

        await ConfigureAsync(Identity(same: true), key);
        Assert.Equal(before.CertificateSha256, (await DescribeAsync()).Present.CertificateSha256);
        Assert.Equal(0, (await DescribeAsync()).UnprovenSinceUnix);
        Assert.Null((await CheckAsync(key)).Fault);
    }

    [Fact]
    public async Task An_attempt_to_add_a_provider_that_broke_off_after_the_broker_had_it_is_repeated_with_its_identity()
    {
        var key = await StartAsync(new ClientIdentity { SelfSigned = true });
        await RenewAsync(key);
        var (before, former) = ((await DescribeAsync()).Present, (await DescribeAsync()).Former);
        _broker = await _broker.RestartAsync(_folder.Root);
        await _broker.Client.RemoveProviderAsync(new RemoveProviderRequest { Name = "corp", KeepIdentity = true });
        for (int attempt = 0; attempt < 2; attempt++)
        {
            await ConfigureAsync(new ClientIdentity { SelfSigned = true }, key, adds: true);
            Assert.Equal(before.CertificateSha256, (await DescribeAsync()).Present.CertificateSha256);
            Assert.Equal(former.CertificateSha256, (await DescribeAsync()).Former.CertificateSha256);
            Assert.Null((await CheckAsync(key)).Fault);
        }

        // The center does not know it yet, so no command could name one that waits.
        var fault = await RefusedAsync(() => ConfigureAsync(new ClientIdentity { CertificateRequest = true }, key, adds: true));
        Assert.Contains("--identity self-signed", fault.Hint, StringComparison.Ordinal);
        Assert.Null((await DescribeAsync()).Waiting);
    }

    [Fact]
    public async Task What_is_kept_of_a_removed_provider_can_be_discarded()
    {
        var key = await StartAsync(new ClientIdentity { SelfSigned = true });
        var before = (await DescribeAsync()).Present;
        await _broker.Client.RemoveProviderAsync(new RemoveProviderRequest { Name = "corp", KeepIdentity = true });
        await _broker.Client.RemoveProviderAsync(new RemoveProviderRequest { Name = "corp" });
        Assert.Empty(Directory.EnumerateFiles(_folder.Path("state", "providers")));
        Assert.Equal("lorica.providerUnknown", (await RefusedAsync(() => _broker.Client.RemoveProviderAsync(
            new RemoveProviderRequest { Name = "corp" }).ResponseAsync)).Key);
        await ConfigureAsync(new ClientIdentity { SelfSigned = true }, key, force: true);
        Assert.NotEqual(before.KeySha256, (await DescribeAsync()).Present.KeySha256);
    }

    [Fact]
    public async Task An_identity_that_is_refused_together_with_other_servers_waits_for_the_servers_that_stay()
    {
        var key = await StartAsync(new ClientIdentity { SelfSigned = true });
        var before = (await DescribeAsync()).Present;
        await using var second = new ReplicaKms(_broker.Pki, "kms2", _store) { LetsIn = c => _trusted.Contains(Peer.PinOf(c)) };
        var both = new ConfigureProviderRequest
        {
            Name = "corp", Replace = true, Servers = { _kms.Pinned, second.Pinned }, Proof = Proof(key),
            Identity = new ClientIdentity { SelfSigned = true },
        };
        Assert.Equal("lorica.identityNotProven", (await RefusedAsync(
            () => _broker.Client.ConfigureProviderAsync(both).ResponseAsync)).Key);
        var waiting = (await DescribeAsync()).Waiting;
        _trusted.Add(waiting.KeySha256);
        HandOver(before.KeySha256, waiting.KeySha256);

        Assert.Equal(waiting.CertificateSha256, (await RenewAsync(key)).Present.CertificateSha256);
        Assert.Null((await CheckAsync(key)).Fault);
        Assert.Single((await StatusAsync()).Servers);
    }

    [Fact]
    public async Task A_requested_key_that_does_not_open_holds_up_neither_the_one_in_use_nor_a_new_request()
    {
        var key = await StartAsync(new ClientIdentity { SelfSigned = true });
        string requested = await RequestAsync(newKey: true);
        await SpoilAsync("sealedRequestedKey");

        Assert.Equal("requested", (await InstallAsync(_broker.Pki.Sign(await RequestAsync()), key)).IdentityKind);
        Assert.Null((await CheckAsync(key)).Fault);
        string another = await RequestAsync(newKey: true);
        Assert.NotEqual(PinOf(requested), PinOf(another));
        Assert.Equal(another, await RequestAsync(newKey: true));
    }

    [Fact]
    public async Task An_identity_that_does_not_open_is_said_by_the_status_and_blamed_on_no_server()
    {
        await StartAsync(new ClientIdentity { SelfSigned = true });
        await SpoilAsync("sealedIdentity");
        var status = await StatusAsync();
        Assert.False(status.Healthy);
        Assert.Contains("The client identity of corp cannot be used", status.Servers.Single().Error, StringComparison.Ordinal);
        Assert.False(status.Servers.Single().Resting);

        // Renewed without the old key: a new one is made, and waits for the KMS.
        var fault = await RefusedAsync(() => _broker.Client.RenewIdentityAsync(
            new RenewIdentityRequest { Name = "corp" }).ResponseAsync);
        Assert.Equal("lorica.identityNotProven", fault.Key);
        Assert.NotNull((await DescribeAsync()).Waiting);
    }

    /// <summary>Damages a sealed part in the provider's file, as a restore of half the state would.</summary>
    private async Task SpoilAsync(string part)
    {
        string file = Directory.EnumerateFiles(_folder.Path("state", "providers")).Single();
        var node = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        byte[] blob = Convert.FromBase64String(node[part]!.GetValue<string>());
        blob[^1] ^= 1;
        node[part] = Convert.ToBase64String(blob);
        await File.WriteAllTextAsync(file, node.ToJsonString());
        _broker = await _broker.RestartAsync(_folder.Root);
    }

    [Theory]
    [InlineData("rsa:1024", "1024 bits")]
    [InlineData("ed25519", "Ed25519")]
    public async Task A_key_that_cannot_be_used_is_refused_by_its_kind(string kind, string said)
    {
        var (certificate, key) = (_folder.Path("weak.crt"), _folder.Path("weak.key"));
        await Tool.OutputAsync(
            "openssl", "req", "-x509", "-newkey", kind, "-nodes", "-subj", "/CN=weak", "-keyout", key, "-out", certificate);
        string pem = await File.ReadAllTextAsync(certificate, TestContext.Current.CancellationToken)
            + await File.ReadAllTextAsync(key, TestContext.Current.CancellationToken);
        var blob = await SealedAsync(pem);
        var fault = await RefusedAsync(() => _broker.Client.ConfigureProviderAsync(new ConfigureProviderRequest
        {
            Name = "corp", Servers = { _kms.Pinned }, Identity = new ClientIdentity { Uploaded = blob },
        }).ResponseAsync);
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not a PEM", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>A provider with that identity, trusted, healthy, with a key in use.</summary>
    private async Task<KeyStatus> StartAsync(ClientIdentity identity)
    {
        await ConfigureAsync(identity);
        _trusted.Add((await DescribeAsync()).Present.KeySha256);
        Assert.True((await StatusAsync()).Healthy);
        var made = await _broker.Client.CreateKeyAsync(
            new CreateKeyRequest { Provider = "corp", Name = $"lorica-{Guid.NewGuid()}" });
        var status = await _broker.Client.ActivateKeyAsync(new ActivateKeyRequest { Key = made.Key });
        Assert.Null(status.Fault);
        return status;
    }

    private async Task ConfigureAsync(
        ClientIdentity identity, KeyStatus? key = null, bool force = false, bool adds = false) =>
        await _broker.Client.ConfigureProviderAsync(new ConfigureProviderRequest
        {
            Name = "corp", Replace = true, Adds = adds, Servers = { _kms.Pinned }, Identity = identity,
            Proof = key is null ? null : Proof(key, force),
        });

    private static IdentityProof Proof(KeyStatus key, bool force = false) => new()
    {
        Keys = { new CheckKeyRequest { Key = key.Key, ExpectedKcv = key.Kcv } }, Force = force,
    };

    private async Task<ProviderDescription> RenewAsync(KeyStatus key, bool newKey = false, bool force = false) =>
        await _broker.Client.RenewIdentityAsync(
            new RenewIdentityRequest { Name = "corp", NewKey = newKey, Proof = Proof(key, force) });

    private async Task<string> RequestAsync(bool newKey = false) => (await _broker.Client.RequestCertificateAsync(
        new RequestCertificateRequest { Name = "corp", NewKey = newKey })).Pem;

    private async Task<ProviderDescription> InstallAsync(string pem, KeyStatus key) =>
        await _broker.Client.InstallCertificateAsync(
            new InstallCertificateRequest { Name = "corp", CertificatePem = pem, Proof = Proof(key) });

    private async Task<ProviderDescription> DescribeAsync() =>
        await _broker.Client.DescribeProviderAsync(new ProviderRequest { Name = "corp" });

    private async Task<ProviderStatusReply> StatusAsync() =>
        await _broker.Client.ProviderStatusAsync(new ProviderRequest { Name = "corp" });

    private async Task<KeyStatus> CheckAsync(KeyStatus key) =>
        await _broker.Client.CheckKeyAsync(new CheckKeyRequest { Key = key.Key, ExpectedKcv = key.Kcv });

    private Task<SealedIdentity> SealedAsync(string pem) =>
        _broker.SealAsync(ProviderBinding.IdentityInfo.ToArray(), "corp", pem, _kms.Pinned);

    private string Issue(string name)
    {
        _broker.Pki.Issue(name, "client");
        return File.ReadAllText(_broker.Pki.CertificatePath(name)) + "\n" + File.ReadAllText(_broker.Pki.KeyPath(name));
    }

    private string PinOfCertificate(string name)
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(_broker.Pki.CertificatePath(name));
        return Peer.PinOf(certificate);
    }

    private static string PinOf(string requestPem) => Convert.ToHexStringLower(SHA256.HashData(
        CertificateRequest.LoadSigningRequestPem(requestPem, HashAlgorithmName.SHA256,
            CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions, RSASignaturePadding.Pkcs1)
            .PublicKey.ExportSubjectPublicKeyInfo()));

    /// <summary>What <c>lorica-kms client hand-over</c> does.</summary>
    private void HandOver(string from, string to)
    {
        foreach (var o in _store.OfOwner(from).ToList())
            _store.Update(o with { Owner = to });
    }

    private static async Task<Fault> RefusedAsync(Func<Task> call) =>
        FaultCodec.FromRpc(await Assert.ThrowsAsync<RpcException>(call), "broker");
}
