using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Alarms;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Keys;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Providers;

/// <summary>Who we are to a KMS: what the center asks of the broker, keeps, audits and says.</summary>
public sealed class IdentityTests
{
    [Fact]
    public async Task Every_change_of_an_identity_goes_with_the_keys_in_use_for_proof_and_is_audited()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        await center.CreateAsync("b", TestCenter.EncryptionPolicy);
        string[] keys = [(await center.VmAsync("a")).Key!.Id, (await center.VmAsync("b")).Key!.Id];
        Array.Sort(keys, StringComparer.Ordinal);

        await center.PatchedAsync("""{"identity":"selfSigned"}""");
        Assert.Equal(keys, center.Broker.Configured.Last().Proof.Keys.Select(k => k.Key.KeyId));
        Assert.Equal(16, center.Broker.Configured.Last().Proof.Keys[0].ExpectedKcv.Length);
        await center.PatchedAsync("""{"credentialEnc":"AAAA","sealedCredential":"AAAA"}""");
        Assert.Equal(keys, center.Broker.Configured.Last().Proof.Keys.Select(k => k.Key.KeyId));
        await center.PatchedAsync("""{"noCredential":true}""");
        Assert.Equal(keys, center.Broker.Configured.Last().Proof.Keys.Select(k => k.Key.KeyId));

        await center.PostAsync("providers/kms1/identity/renew", "{}");
        await center.PostAsync("providers/kms1/certificate", """{"pem":"SIGNED"}""");
        await center.PostAsync("providers/kms1/identity/restore", "");
        Assert.Equal(3, center.Broker.Proofs.Count);
        Assert.All(center.Broker.Proofs, p => Assert.Equal(keys, p.Keys.Select(k => k.Key.KeyId)));
        var said = (await center.EventsAsync(EventIds.ProviderChanged)).Select(e => e.Message).ToList();
        Assert.Contains(said, m => m.Contains("renewed the client identity", StringComparison.Ordinal));
        Assert.Contains(said, m => m.Contains("put the former client identity back", StringComparison.Ordinal));

        await center.Http.DeleteAsync("/api/v1/providers/kms1?force=true");
        await center.AddProviderAsync();
        Assert.Equal(keys, center.Broker.Configured.Last().Proof.Keys.Select(k => k.Key.KeyId));
    }

    [Fact]
    public async Task The_keys_of_what_left_and_may_come_back_are_proven_too_and_keep_the_identity_until_nothing_has_them()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        string key = (await center.VmAsync("a")).Key!.Id;
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/unregister", "")).State);

        await center.PostAsync("providers/kms1/identity/renew", "{}");
        Assert.Equal([key], center.Broker.Proofs.Single().Keys.Select(k => k.Key.KeyId));
        Assert.True((await center.Http.DeleteAsync("/api/v1/providers/kms1")).IsSuccessStatusCode);
        Assert.True(center.Broker.Removed.Last().KeepIdentity);
        var refused = await center.Http.DeleteAsync("/api/v1/providers/kms1");
        Assert.Contains("Its client identity is kept", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Single(center.Broker.Removed);

        await center.Store.WriteAsync(async db =>
        {
            foreach (var row in await db.Raw.KeyRecords.ToListAsync())
            {
                row.State = Lorica.Model.KeyRecordStates.Retired;
            }
        });
        Assert.True((await center.Http.DeleteAsync("/api/v1/providers/kms1")).IsSuccessStatusCode);
        Assert.False(center.Broker.Removed.Last().KeepIdentity);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await center.Http.DeleteAsync("/api/v1/providers/kms1")).StatusCode);
        Assert.Contains("discarded the client identity",
            string.Join('\n', (await center.EventsAsync(EventIds.ProviderRemoved)).Select(e => e.Message)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_that_is_not_proven_leaves_everything_as_it_is_and_force_is_told()
    {
        await using var center = await TestCenter.StartAsync();
        await center.PatchedAsync("""{"identity":"selfSigned"}""");
        center.Broker.NotVisible = true;
        var refused = await center.RefusedAsync("providers/kms1/identity/renew", "{}");
        Assert.Equal("lorica.identityNotProven", refused.Code);
        Assert.Equal("PEM", (await ShownAsync(center)).Present.CertificatePem);

        await center.PostAsync("providers/kms1/identity/renew", """{"force":true}""");
        var shown = await ShownAsync(center);
        Assert.Equal(("RENEWED 1", "PEM"), (shown.Present.CertificatePem, shown.Former!.CertificatePem));
        Assert.NotNull(shown.UnprovenSince);
        Assert.Contains("by force: it was not proven to see the keys in use",
            string.Join('\n', (await center.EventsAsync(EventIds.ProviderChanged)).Select(e => e.Message)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_broker_s_certificate_is_renewed_in_one_step_by_the_authority_of_the_center()
    {
        await using var center = await TestCenter.StartAsync();
        var reply = await center.PostAsync("providers/kms1/identity/renew", "{}");
        var provider = (await reply.Content.ReadFromJsonAsync(RestJson.Default.ProviderModel))!;
        Assert.Equal("broker", provider.Identity);
        using var certificate = X509Certificate2.CreateFromPem(provider.ClientCertificatePem);
        Assert.Contains("OU=broker", certificate.Subject, StringComparison.Ordinal);
        Assert.Equal(center.Broker.OwnKey.ExportSubjectPublicKeyInfo(), certificate.PublicKey.ExportSubjectPublicKeyInfo());

        // Never over a key by which the center does not know its broker.
        center.Broker.OwnKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal("lorica.brokerRequest", (await center.RefusedAsync("providers/kms1/identity/renew", "{}")).Code);
    }

    [Theory]
    [InlineData("""{"identity":"broker"}""", "Renew it: lorica kms renew kms1.")]
    [InlineData("""{"identity":"selfSigned"}""", "Renew it: lorica kms renew kms1.")]
    [InlineData("""{"identity":"csr"}""", "Renew it: lorica kms renew kms1 --csr FILE, have it signed, then")]
    [InlineData("""{"identity":"uploaded","sealedEnc":"AAAA","sealedIdentity":"AAAA"}""",
        "Renew it: lorica kms renew kms1 --cert FILE --key FILE; or")]
    public async Task The_alarm_of_a_certificate_that_ends_names_the_command_of_its_kind(string identity, string said)
    {
        await using var center = await TestCenter.StartAsync();
        await center.PatchedAsync(identity);
        center.Broker.ClientNotAfter = TimeProvider.System.GetUtcNow().AddDays(6).ToUnixTimeSeconds();
        await center.GetAsync("providers/kms1/status", RestJson.Default.ProviderStatusModel);
        var alarm = await center.Store.ReadAsync(db => db.Raw.Alarms.SingleAsync(a => a.Alarm == AlarmIds.CertificateExpiry));
        Assert.Contains(said, alarm.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_this_identity_does_not_see_says_so_and_names_both_ways_out()
    {
        var fault = KeyFaults.Missing("web", [new KeyReason("corp", "k1", KeyReasons.NotVisibleToIdentity)]);
        Assert.Equal("web is locked: key corp/k1: not visible to this identity.", fault.Message);
        Assert.Contains("lorica kms identity restore corp", fault.Hint, StringComparison.Ordinal);
        Assert.Contains("lorica-kms client hand-over", fault.Hint, StringComparison.Ordinal);
        Assert.Equal(EventIds.LockedMissingOnKms, KeyFaults.LockEvent(KeyReasons.NotVisibleToIdentity));
    }

    private static Task<ProviderIdentityModel> ShownAsync(TestCenter center) =>
        center.GetAsync("providers/kms1/identity", RestJson.Default.ProviderIdentityModel);
}
