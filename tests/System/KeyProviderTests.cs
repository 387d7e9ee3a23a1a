using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Lorica.Kmip;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>
/// The embedded key server and a PyKMIP as providers at once, and what happens to VMs when something happens to them.
/// </summary>
public sealed class KeyProviderTests
{
    private const string Encryption = "VM Encryption Policy";

    [Fact]
    public async Task Two_providers_at_once_are_lost_and_come_back_each_for_its_own_vms()
    {
        await using var kms = await PyKmip.StartAsync();
        await using var up = await LoricaUp.StartAsync();
        await StartAsync(up, kms);

        await kms.StopAsync();
        await up.ControlAsync("stop", "kms");
        await up.ControlAsync("restart", "host");
        await LockedAsync(up, "a", "providerUnreachable");
        await LockedAsync(up, "b", "providerUnreachable");

        await kms.ResumeAsync();
        await UnlockedAsync(up, "b");
        await LockedAsync(up, "a", "providerUnreachable");
        await up.ControlAsync("start", "kms");
        await UnlockedAsync(up, "a");
    }

    [Fact]
    public async Task A_provider_removed_by_force_heals_under_its_old_name_only()
    {
        await using var kms = await PyKmip.StartAsync();
        await using var up = await LoricaUp.StartAsync();
        await StartAsync(up, kms);

        var refused = await up.RefusedAsync("used by b", "kms", "rm", "py");
        Assert.Contains("lorica.providerInUse", refused.Error, StringComparison.Ordinal);
        await up.JsonAsync("kms", "rm", "py", "--force");
        await up.RefusedAsync("providerUnknown", "vm", "power", "on", "b");
        await up.ControlAsync("restart", "host");
        await LockedAsync(up, "b", "providerUnknown");

        await AddPyAsync(up, kms, "other");
        await up.JsonAsync("kms", "status", "other");
        await LockedAsync(up, "b", "providerUnknown");
        await AddPyAsync(up, kms, "py");
        await UnlockedAsync(up, "b");
    }

    [Fact]
    public async Task A_key_deactivated_or_deleted_on_its_kms_is_alarmed_locks_and_says_why()
    {
        await using var kms = await PyKmip.StartAsync();
        await using var up = await LoricaUp.StartAsync();
        await StartAsync(up, kms);
        string key = Text((await up.ShowAsync("b"))["key"]!["id"]);

        await RevokeAsync(kms, key);
        var checkedKeys = await up.RunAsync("key", "check");
        Assert.Equal(4, checkedKeys.ExitCode);
        Assert.Contains(key, checkedKeys.Output, StringComparison.Ordinal);
        Assert.Equal("unlocked", Text((await up.ShowAsync("b"))["cryptoState"]));
        await up.ControlAsync("restart", "host");
        await LockedAsync(up, "b", "notActiveOnKms");

        await SqlAsync(kms, "delete from managed_objects where uid=" + key);
        await LockedAsync(up, "b", "missingOnKms");
        Assert.Equal("unlocked", Text((await up.ShowAsync("a"))["cryptoState"]));
    }

    [Fact]
    public async Task A_key_that_the_kms_lost_stays_on_its_host_and_a_recrypt_saves_the_vm()
    {
        await using var kms = await PyKmip.StartAsync();
        await using var up = await LoricaUp.StartAsync();
        await StartAsync(up, kms);
        string key = Text((await up.ShowAsync("b"))["key"]!["id"]);
        await SqlAsync(kms, "delete from managed_objects where uid=" + key);

        await up.RunAsync("key", "check");
        Assert.Contains("Last copy", (await up.RunAsync("event", "ls")).Output, StringComparison.Ordinal);
        await up.JsonAsync("vm", "recrypt", "b", "--shallow");
        var held = (await up.JsonAsync("host", "ls"))["items"]![0]!["keys"]!.AsArray().Select(k => Text(k!["id"]));
        Assert.Contains(key, held);
        Assert.NotEqual(key, Text((await up.ShowAsync("b"))["key"]!["id"]));
    }

    private static async Task StartAsync(LoricaUp up, PyKmip kms)
    {
        await up.AddEmbeddedKmsAsync();
        await AddPyAsync(up, kms, "py");
        await up.JsonAsync("vm", "create", "a", "--size", "16M", "--policy", Encryption);
        await up.JsonAsync("kms", "default", "py");
        await up.JsonAsync("vm", "create", "b", "--size", "16M", "--policy", Encryption);
        Assert.Equal("kms1", Text((await up.ShowAsync("a"))["key"]!["provider"]));
        Assert.Equal("py", Text((await up.ShowAsync("b"))["key"]!["provider"]));
    }

    private static Task AddPyAsync(LoricaUp up, PyKmip kms, string name) =>
        up.AddKmsAsync(name, kms.Port, "--client-cert", kms.Pki("client.crt"), "--client-key", kms.Pki("client.key"));

    private static Task LockedAsync(LoricaUp up, string vm, string reason) => Wait.UntilAsync(async () =>
    {
        var shown = await up.ShowAsync(vm);
        return Text(shown["cryptoState"]) == "locked" && Text(shown["lockedKeys"]![0]!["reason"]) == reason;
    }, $"{vm} is locked: {reason}");

    private static Task UnlockedAsync(LoricaUp up, string vm) => Wait.UntilAsync(
        async () => Text((await up.ShowAsync(vm))["cryptoState"]) == "unlocked", $"{vm} is unlocked");

    private static async Task RevokeAsync(PyKmip kms, string key)
    {
        using var identity = X509Certificate2.CreateFromPemFile(kms.Pki("client.crt"), kms.Pki("client.key"));
        var shown = await KmipClient.FetchServerCertificateAsync("127.0.0.1", kms.Port);
        await using var client = KmipClient.Create(new KmipClientOptions
        {
            Host = "127.0.0.1",
            Port = kms.Port,
            ClientCertificate = identity,
            ServerTrust = new KmipServerTrust
            {
                PinnedCertificateSha256 = shown[0].GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256),
            },
        });
        await client.RevokeAsync(key, KmipRevocationReason.CessationOfOperation, "a test", CancellationToken.None);
    }

    private static async Task SqlAsync(PyKmip kms, string statement)
    {
        await kms.StopAsync();
        await kms.SqlAsync($"d.execute('{statement}')");
        await kms.ResumeAsync();
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
