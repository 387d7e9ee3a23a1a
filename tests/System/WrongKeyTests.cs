using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>A KMS that answers with another key under a known identifier.</summary>
public sealed class WrongKeyTests
{
    [Fact]
    public async Task Another_key_under_a_known_id_is_alarmed_and_not_delivered()
    {
        await using var kms = await PyKmip.StartAsync();
        await using var up = await LoricaUp.StartAsync();
        await up.AddKmsAsync("py", kms.Port, "--client-cert", kms.Pki("client.crt"), "--client-key", kms.Pki("client.key"));
        await up.JsonAsync("vm", "create", "web", "--size", "16M", "--policy", "VM Encryption Policy");
        var before = Files.Snapshot(up.Datastore);

        await kms.StopAsync();
        await kms.SpoilKeysAsync();
        await kms.ResumeAsync();
        await up.ControlAsync("restart", "host");

        await Wait.UntilAsync(async () => (await up.ShowAsync("web"))["cryptoState"]!.GetValue<string>() == "locked", "locked");
        await up.RefusedAsync("wrongKey", "vm", "power", "on", "web");
        Assert.Equal(before, Files.Snapshot(up.Datastore));
        Assert.Contains("Crypto.VMLocked", (await up.JsonAsync("event", "ls")).ToJsonString(), StringComparison.Ordinal);
    }
}
