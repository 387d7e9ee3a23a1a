using System.Text;
using System.Text.Json;
using Lorica.Cli.Output;
using Lorica.Cli.Tests.Support;
using Lorica.Contracts.Rest;
using Lorica.Contracts.Trust;
using Lorica.Crypto;

namespace Lorica.Cli.Tests;

public sealed class KmsTests : SignedInTests
{
    private static readonly string Shown = string.Concat(Enumerable.Repeat("5e", 32));

    private AddProviderBody? _added;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _center.On("POST /api/v1/providers/probe",
            new CertificateModel(Shown, "CN=kms", "CN=ca", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1), "PEM"),
            RestJson.Default.CertificateModel);
        _center.On("POST /api/v1/providers", async context =>
        {
            _added = await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.AddProviderBody);
            await FakeCenter.WriteAsync(
                context, new ProviderModel(_added!.Name, true, _added.Servers, _added.Identity, "PEM-OF-CLIENT", "ab", null),
                RestJson.Default.ProviderModel, 201);
        });
    }

    [Fact]
    public async Task An_accepted_server_is_pinned()
    {
        Assert.Equal(ExitCode.Success, await _cli.RunAsync(
            "kms", "add", "corp", "--server", "kms1:1234", "--server", "kms2", "--accept", Shown.ToUpperInvariant()));
        Assert.Equal([new ServerModel("kms1", 1234, Shown), new ServerModel("kms2", 5696, Shown)], _added!.Servers);
        Assert.Equal("broker", _added.Identity);
    }

    [Fact]
    public async Task Another_certificate_than_the_accepted_one_is_refused()
    {
        Assert.Equal(ExitCode.Refused,
            await _cli.RunAsync("kms", "add", "corp", "--server", "kms1", "--accept", new string('0', 64)));
        Assert.Null(_added);
    }

    [Fact]
    public async Task Nobody_there_to_ask_is_no_acceptance()
    {
        _cli.Input = "yes\n";
        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("kms", "add", "corp", "--server", "kms1"));
        Assert.Null(_added);
        Assert.Contains($"--accept {Shown}", _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_uploaded_identity_is_sealed_for_the_broker_alone()
    {
        using var broker = new HpkeReceiver();
        _center.On("GET /api/v1/broker", new BrokerModel("0", Convert.ToBase64String(broker.PublicKey), "", true, ""),
            RestJson.Default.BrokerModel);
        using var client = _pki.Server("client");
        string certificate = client.ExportCertificatePem();
        using var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(client)!;
        string keyPem = key.ExportPkcs8PrivateKeyPem();
        string keyFile = _cli.File("client.key", keyPem);
        File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("kms", "add", "corp", "--server", "kms1", "--accept", Shown,
            "--client-cert", _cli.File("client.crt", certificate), "--client-key", keyFile));

        Assert.Equal("uploaded", _added!.Identity);
        using var opened = broker.Open(Convert.FromBase64String(_added.SealedEnc!), ProviderBinding.IdentityInfo,
            ProviderBinding.Of("corp", [("kms1", 5696, _added.Servers[0].CertificateSha256)]),
            Convert.FromBase64String(_added.SealedIdentity!));
        Assert.Equal($"{certificate}\n{keyPem}", Encoding.UTF8.GetString(opened.Span));
        Assert.Contains($"warning: others can read {keyFile}", _cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", _cli.Out + _cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_without_its_certificate_is_bad_usage()
        => Assert.Equal(ExitCode.Usage, await _cli.RunAsync("kms", "add", "corp", "--server", "kms1", "--client-key", "x"));

    [Fact]
    public async Task The_certificate_for_the_kms_is_printed_alone()
    {
        _center.On("GET /api/v1/providers/corp", new ProviderModel("corp", true, [], "selfSigned", "PEM-OF-CLIENT\n", "ab", null),
            RestJson.Default.ProviderModel);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("kms", "certificate", "corp"));
        Assert.Equal("PEM-OF-CLIENT\n", _cli.Out);
        Assert.Equal(ExitCode.NotFound, await _cli.RunAsync("kms", "certificate", "other"));
    }

    [Fact]
    public async Task An_unhealthy_provider_is_exit_code7()
    {
        _center.On("GET /api/v1/providers/corp/status", new ProviderStatusModel("corp", false,
            [new ServerStatusModel(
                "kms1", 5696, true, true, false, false, "1.4", "V", "It probably refused our certificate.", null, null)]),
            RestJson.Default.ProviderStatusModel);
        Assert.Equal(ExitCode.Unreachable, await _cli.RunAsync("kms", "status", "corp"));
        Assert.Contains("it trusts ours: NO", _cli.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Unreachable, await _cli.RunAsync("kms", "status", "corp", "--json"));
        Assert.False(JsonSerializer.Deserialize(_cli.Out, RestJson.Default.ProviderStatusModel)!.Healthy);
    }

    [Fact]
    public async Task A_signed_certificate_is_uploaded_and_a_private_key_never()
    {
        PemBody? sent = null;
        _center.On("POST /api/v1/providers/corp/certificate", async context =>
        {
            sent = await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.PemBody);
            await FakeCenter.WriteAsync(
                context, new ProviderModel("corp", true, [], "csr", "PEM", "ab", null), RestJson.Default.ProviderModel, 200);
        });
        Assert.Equal(ExitCode.Success,
            await _cli.RunAsync("kms", "certificate", "upload", "corp", _cli.File("c.crt", "-----BEGIN CERTIFICATE-----")));
        Assert.Equal("-----BEGIN CERTIFICATE-----", sent!.Pem);
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync(
            "kms", "certificate", "upload", "corp", _cli.File("c.key", "-----BEGIN PRIVATE KEY-----")));
    }

    [Fact]
    public async Task A_changed_server_certificate_is_shown_and_accepted_anew()
    {
        string old = string.Concat(Enumerable.Repeat("4d", 32));
        EditProviderBody? changed = null;
        _center.On("GET /api/v1/providers/corp",
            new ProviderModel("corp", true, [new ServerModel("kms1", 5696, old, "proxy:1")], "broker", "PEM", "ab", null),
            RestJson.Default.ProviderModel);
        _center.On("PATCH /api/v1/providers/corp", async context =>
        {
            changed = await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.EditProviderBody);
            await FakeCenter.WriteAsync(context, new ProviderModel("corp", true, changed!.Servers!, "broker", "PEM", "ab", null),
                RestJson.Default.ProviderModel, 200);
        });

        Assert.Equal(ExitCode.Refused, await _cli.RunAsync("kms", "trust", "corp"));
        Assert.Null(changed);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("kms", "trust", "corp", "--accept", Shown));
        Assert.Equal([new ServerModel("kms1", 5696, Shown, "proxy:1")], changed!.Servers);
    }

    [Fact]
    public async Task Servers_that_somebody_else_changed_meanwhile_are_not_overwritten()
    {
        string sent = "";
        _center.On("GET /api/v1/providers/corp", context =>
        {
            context.Response.Headers.ETag = "\"3-ab.cd\"";
            return FakeCenter.WriteAsync(
                context, new ProviderModel("corp", true, [new ServerModel("kms1", 5696, Shown)], "broker", "PEM", "ab", null),
                RestJson.Default.ProviderModel, 200);
        });
        _center.On("PATCH /api/v1/providers/corp", context =>
        {
            sent = context.Request.Headers.IfMatch.ToString();
            return FakeCenter.WriteAsync(
                context, new ProblemModel("urn", "InvalidState", 412, "corp was changed.", "lorica.changed", "corp", ""),
                RestJson.Default.ProblemModel, 412, "application/problem+json");
        });

        Assert.Equal(ExitCode.Refused,
            await _cli.RunAsync("kms", "set", "corp", "--add-server", "kms2", "--accept", Shown, "--runs-in", "web1"));

        Assert.Equal("\"3-ab.cd\"", sent);
        Assert.Contains("Somebody changed corp meanwhile", _cli.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("PUT /api/v1/providers/corp/runs-in", _center.Requests);
    }

    [Fact]
    public async Task Servers_are_reordered_and_removed_by_name()
    {
        ServerModel[] servers = [new("kms1", 5696, Shown), new("kms2", 1234, Shown)];
        EditProviderBody? changed = null;
        _center.On("GET /api/v1/providers/corp", new ProviderModel("corp", true, servers, "broker", "PEM", "ab", null),
            RestJson.Default.ProviderModel);
        _center.On("PATCH /api/v1/providers/corp", async context =>
        {
            changed = await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.EditProviderBody);
            await FakeCenter.WriteAsync(context, new ProviderModel("corp", true, servers, "broker", "PEM", "ab", null),
                RestJson.Default.ProviderModel, 200);
        });

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("kms", "set", "corp", "--order", "kms2:1234", "--order", "kms1"));
        Assert.Equal(["kms2", "kms1"], changed!.Servers!.Select(s => s.Host));
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("kms", "set", "corp", "--remove-server", "kms1"));
        Assert.Equal(["kms2"], changed.Servers!.Select(s => s.Host));
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("kms", "set", "corp"));
        Assert.Equal(ExitCode.NotFound, await _cli.RunAsync("kms", "set", "corp", "--remove-server", "kms9"));
    }

    [Fact]
    public async Task A_renewal_is_one_command_and_one_that_somebody_signs_takes_two()
    {
        RenewIdentityBody? renewed = null;
        PemBody? signed = null;
        string query = "";
        var model = new ProviderModel("corp", true, [new ServerModel("kms1", 5696, Shown)], "csr", "PEM", "ab", null);
        _center.On("POST /api/v1/providers/corp/identity/renew", async context =>
        {
            renewed = await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.RenewIdentityBody);
            await FakeCenter.WriteAsync(context, model, RestJson.Default.ProviderModel, 200);
        });
        _center.On("POST /api/v1/providers/corp/csr", context =>
        {
            query = context.Request.QueryString.ToString();
            return FakeCenter.WriteAsync(context, new PemBody("REQUEST"), RestJson.Default.PemBody, 200);
        });
        _center.On("POST /api/v1/providers/corp/certificate", async context =>
        {
            signed = await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.PemBody);
            await FakeCenter.WriteAsync(context, model, RestJson.Default.ProviderModel, 200);
        });

        Assert.Equal(ExitCode.Success, await _cli.RunAsync("kms", "renew", "corp"));
        Assert.Equal(new RenewIdentityBody(), renewed);
        Assert.Contains("lorica kms identity restore corp", _cli.Error, StringComparison.Ordinal);
        string file = _cli.File("lorica.csr", "");
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("kms", "renew", "corp", "--csr", file));
        Assert.Equal(("", "REQUEST"), (query, await File.ReadAllTextAsync(file)));
        Assert.Null(signed);
        Assert.Equal(ExitCode.Success,
            await _cli.RunAsync("kms", "renew", "corp", "--cert", _cli.File("c.crt", "-----BEGIN CERTIFICATE-----")));
        Assert.Equal("-----BEGIN CERTIFICATE-----", signed!.Pem);
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("kms", "renew", "corp", "--key", "x"));
        Assert.Equal(ExitCode.Usage, await _cli.RunAsync("kms", "renew", "corp", "--csr", "x", "--cert", "y"));
    }

    [Fact]
    public async Task Both_identities_are_shown_with_dates_and_fingerprints()
    {
        var since = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        IdentityModel Identity(string pem, string key) =>
            new("selfSigned", pem, "cert-" + key, key, since, since.AddYears(2), since, null);
        _center.On("GET /api/v1/providers/corp/identity",
            new ProviderIdentityModel("corp", Identity("NEW\n", "key2"), Identity("OLD\n", "key1"), null, since),
            RestJson.Default.ProviderIdentityModel);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("kms", "identity", "show", "corp"));
        foreach (string said in new[] { "NOT proven", "key1", "key2", "cert-key1", "2028-01-02" })
            Assert.Contains(said, _cli.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, await _cli.RunAsync("kms", "identity", "show", "corp", "--former"));
        Assert.Equal("OLD\n", _cli.Out);
        Assert.Equal(ExitCode.NotFound, await _cli.RunAsync("kms", "identity", "show", "corp", "--waiting"));
    }
}
