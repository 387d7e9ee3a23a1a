using System.Net;
using System.Net.Http.Json;
using System.Text;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Providers;

public sealed class ProviderTests
{
    private static readonly string Pin = new('a', 64);
    private static readonly string Other = new('b', 64);

    [Fact]
    public async Task Servers_are_added_reordered_and_removed_and_the_broker_knows_at_once()
    {
        await using var center = await TestCenter.StartAsync();
        var changed = await ChangeAsync(center, $$"""
            {"servers":[{"host":"kms2","port":5697,"certificateSha256":"{{Other}}","proxy":"proxy:3128","connectTimeoutMs":2000},
            {"host":"127.0.0.1","port":5696,"certificateSha256":"{{Pin}}"}]}
            """);

        Assert.Equal(["kms2", "127.0.0.1"], changed.Servers.Select(s => s.Host));
        var told = center.Broker.Configured.Last();
        Assert.Equal(("kms2", 5697, Other),
            (told.Servers[0].Address.Host, told.Servers[0].Address.Port, told.Servers[0].CertificateSha256));
        Assert.Equal(
            ("proxy", 3128, 2000), (told.Servers[0].Proxy.Host, told.Servers[0].Proxy.Port, told.Servers[0].ConnectTimeoutMs));
        Assert.Null(told.Identity);

        changed = await ChangeAsync(center, $$"""{"servers":[{"host":"127.0.0.1","port":5696,"certificateSha256":"{{Pin}}"}]}""");
        Assert.Single(changed.Servers);
        Assert.Equal(2, (await center.EventsAsync(EventIds.ProviderChanged)).Count);
    }

    [Theory]
    [InlineData("""{"servers":[]}""", "lorica.servers")]
    [InlineData("""{"servers":[{"host":"k","port":1,"certificateSha256":"00"}]}""", "lorica.certificateSha256")]
    [InlineData("""{"identity":"nobody"}""", "lorica.identity")]
    [InlineData("""{"default":false}""", "lorica.default")]
    public async Task A_change_that_cannot_be_is_refused(string json, string code)
    {
        await using var center = await TestCenter.StartAsync();
        var reply = await center.Http.PatchAsync(
            "/api/v1/providers/kms1", new StringContent(json, Encoding.UTF8, "application/json"));
        Assert.Equal(code, (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProblemModel))!.Code);
    }

    [Fact]
    public async Task A_server_that_shows_another_certificate_is_trusted_anew_and_the_audit_has_its_fingerprint()
    {
        await using var center = await TestCenter.StartAsync();
        await ChangeAsync(center, $$"""{"servers":[{"host":"127.0.0.1","port":5696,"certificateSha256":"{{Other}}"}]}""");
        Assert.Contains($"now trusted as {Other}", Assert.Single(await center.EventsAsync(EventIds.ProviderChanged)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_provider_is_the_default_until_another_is_made_it()
    {
        await using var center = await TestCenter.StartAsync();
        await center.AddProviderAsync("kms2");
        await ChangeAsync(center, """{"default":true}""", "kms2");
        var all = (await center.GetAsync("providers", RestJson.Default.ListModelProviderModel)).Items;
        Assert.Equal("kms2", Assert.Single(all, p => p.Default).Name);

        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        Assert.Equal("kms2", (await center.VmAsync("a")).Key!.Provider);
    }

    [Fact]
    public async Task A_credential_goes_to_the_broker_sealed_and_can_be_forgotten()
    {
        await using var center = await TestCenter.StartAsync();
        string blob = Convert.ToBase64String(new byte[80]);
        var changed = await ChangeAsync(center, $$"""{"credentialEnc":"{{blob}}","sealedCredential":"{{blob}}"}""");
        Assert.Equal("user", changed.UserName);
        Assert.Equal(80, center.Broker.Configured.Last().Credential.Ciphertext.Length);

        changed = await ChangeAsync(center, """{"noCredential":true}""");
        Assert.Null(changed.UserName);
        Assert.True(center.Broker.Configured.Last().NoCredential);
    }

    [Fact]
    public async Task A_signed_certificate_becomes_the_identity_and_one_for_another_key_does_not()
    {
        await using var center = await TestCenter.StartAsync();
        var request = await center.PostAsync("providers/kms1/csr?newKey=true", "");
        Assert.Equal("REQUEST OF A NEW KEY", (await request.Content.ReadFromJsonAsync(RestJson.Default.PemBody))!.Pem);
        Assert.Equal("lorica.certificateOfAnotherKey",
            (await center.RefusedAsync("providers/kms1/certificate", """{"pem":"OTHER"}""")).Code);

        await center.PostAsync("providers/kms1/certificate", """{"pem":"SIGNED"}""");
        var provider = Assert.Single((await center.GetAsync("providers", RestJson.Default.ListModelProviderModel)).Items);
        Assert.Equal(
            ("csr", "SIGNED", "cd"), (provider.Identity, provider.ClientCertificatePem, provider.ClientCertificateSha256));
    }

    [Fact]
    public async Task A_provider_that_does_not_serve_keys_is_an_alarm_until_it_does()
    {
        await using var center = await TestCenter.StartAsync();
        center.Broker.KmsDown = true;
        var status = await center.GetAsync("providers/kms1/status", RestJson.Default.ProviderStatusModel);
        var server = Assert.Single(status.Servers);
        Assert.Equal(("resting", 3), (server.State, server.Failures));
        Assert.NotNull(server.RetryAt);
        Assert.Equal(1, await RaisedAsync(center, AlarmIds.ProviderConnection));
        await center.GetAsync("providers/kms1/status", RestJson.Default.ProviderStatusModel);
        Assert.Single(await center.EventsAsync(EventIds.KmsUnreachable));

        center.Broker.KmsDown = false;
        await Wait.UntilAsync(async () => await RaisedAsync(center, AlarmIds.ProviderConnection) == 0, "the probe finds it back");
        Assert.Single(await center.EventsAsync(EventIds.KmsReachable));
    }

    [Theory]
    [InlineData(61, 0, "")]
    [InlineData(59, 60, "warning")]
    [InlineData(29, 30, "warning")]
    [InlineData(6, 7, "critical")]
    [InlineData(-1, -1, "critical")]
    public async Task A_certificate_that_ends_is_an_alarm_at_60_30_and_7_days(int days, int line, string severity)
    {
        await using var center = await TestCenter.StartAsync();
        center.Broker.ClientNotAfter = TimeProvider.System.GetUtcNow().AddDays(days).ToUnixTimeSeconds();
        await center.GetAsync("providers/kms1/status", RestJson.Default.ProviderStatusModel);
        await center.GetAsync("providers/kms1/status", RestJson.Default.ProviderStatusModel);

        var alarm = await center.Store.ReadAsync(
            db => db.Raw.Alarms.SingleOrDefaultAsync(a => a.Alarm == AlarmIds.CertificateExpiry && a.ClearedAt == null));
        Assert.Equal(severity, alarm?.Severity ?? "");
        Assert.Equal(line, await center.Store.ReadAsync(db => db.Raw.Providers.Select(p => p.ClientWarned).SingleAsync()));
        Assert.Equal(line == 0 ? 0 : 1, (await center.EventsAsync(EventIds.KmsClientCertExpiration)).Count);
        Assert.Empty(await center.EventsAsync(EventIds.KmsServerCertExpiration));

        center.Broker.ClientNotAfter = TimeProvider.System.GetUtcNow().AddDays(700).ToUnixTimeSeconds();
        await center.GetAsync("providers/kms1/status", RestJson.Default.ProviderStatusModel);
        Assert.Equal(0, await RaisedAsync(center, AlarmIds.CertificateExpiry));
    }

    [Fact]
    public async Task A_server_certificate_that_ends_has_its_own_event()
    {
        await using var center = await TestCenter.StartAsync();
        center.Broker.ServerNotAfter = TimeProvider.System.GetUtcNow().AddDays(20).ToUnixTimeSeconds();
        await center.PostAsync("keys/check", "");
        Assert.Contains("127.0.0.1:5696", Assert.Single(await center.EventsAsync(EventIds.KmsServerCertExpiration)).Message,
            StringComparison.Ordinal);
        Assert.Equal(1, await RaisedAsync(center, AlarmIds.CertificateExpiry));
    }

    private static async Task<ProviderModel> ChangeAsync(TestCenter center, string json, string provider = "kms1")
    {
        var reply = await center.Http.PatchAsync(
            $"/api/v1/providers/{provider}", new StringContent(json, Encoding.UTF8, "application/json"));
        Assert.True(reply.StatusCode == HttpStatusCode.OK, await reply.Content.ReadAsStringAsync());
        return (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProviderModel))!;
    }

    private static Task<int> RaisedAsync(TestCenter center, string alarm) =>
        center.Store.ReadAsync(db => db.Raw.Alarms.CountAsync(a => a.Alarm == alarm && a.ClearedAt == null));
}
