using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>
/// The client identity of a provider is renewed and changed while VMs use its keys, with the real processes and the embedded key
/// server, which knows clients by their key: after a restart of the host every VM unlocks, or says why not.
/// </summary>
public sealed class ProviderIdentityTests
{
    private const string Encryption = "VM Encryption Policy";

    [Fact]
    public async Task Renewed_as_the_alarm_says_every_vm_unlocks_after_a_restart_of_its_host()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        await up.JsonAsync("kms", "status", "kms1");
        await up.JsonAsync("vm", "create", "a", "--size", "16M", "--policy", Encryption);
        var before = await up.JsonAsync("kms", "identity", "show", "kms1");

        await up.JsonAsync("kms", "renew", "kms1");
        var after = await up.JsonAsync("kms", "identity", "show", "kms1");
        Assert.NotEqual(Text(before["present"]!["certificateSha256"]), Text(after["present"]!["certificateSha256"]));
        Assert.Equal(Text(before["present"]!["keySha256"]), Text(after["present"]!["keySha256"]));
        Assert.Equal(Text(before["present"]!["certificateSha256"]), Text(after["former"]!["certificateSha256"]));
        await up.ControlAsync("restart", "host");
        await UnlockedAsync(up, "a");
    }

    [Fact]
    public async Task An_identity_that_does_not_see_the_keys_is_refused_and_forced_vms_say_why_until_a_hand_over()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        await up.JsonAsync("kms", "status", "kms1");
        await up.JsonAsync("vm", "create", "a", "--size", "16M", "--policy", Encryption);
        string old = Text((await up.JsonAsync("kms", "identity", "show", "kms1"))["present"]!["keySha256"]);

        await up.RefusedAsync("is not taken", "kms", "set", "kms1", "--identity", "self-signed");
        string pem = Path.Combine(up.Folder, "new.pem");
        await File.WriteAllTextAsync(pem, (await up.RunAsync("kms", "identity", "show", "kms1", "--waiting")).Output);
        string state = Path.Combine(up.State, "kms", "state");
        await KmsAsync("trust", "add", pem, "--state", state);
        await up.RefusedAsync("not visible to this identity", "kms", "renew", "kms1");
        Assert.Equal("unlocked", Text((await up.ShowAsync("a"))["cryptoState"]));

        await up.JsonAsync("kms", "renew", "kms1", "--force");
        await up.ControlAsync("restart", "host");
        await LockedAsync(up, "a", "notVisibleToIdentity");
        await up.JsonAsync("kms", "identity", "restore", "kms1");
        await UnlockedAsync(up, "a");

        string fresh = Text((await up.JsonAsync("kms", "identity", "show", "kms1"))["former"]!["keySha256"]);
        await up.ControlAsync("stop", "kms");
        await KmsAsync("client", "hand-over", "--from", old[..16], "--to", fresh, "--state", state, "--yes");
        await up.ControlAsync("start", "kms");
        await up.JsonAsync("kms", "identity", "restore", "kms1");
        await up.ControlAsync("restart", "host");
        await UnlockedAsync(up, "a");
        Assert.Equal(fresh, Text((await up.JsonAsync("kms", "identity", "show", "kms1"))["present"]!["keySha256"]));
    }

    private static async Task KmsAsync(params string[] arguments)
    {
        var result = await Tool.RunAsync(Layout.Program("kms/lorica-kms"), arguments);
        Assert.True(result.ExitCode == 0, $"lorica-kms {string.Join(' ', arguments)}: {result.Output}{result.Error}");
    }

    private static Task LockedAsync(LoricaUp up, string vm, string reason) => Wait.UntilAsync(async () =>
    {
        var shown = await up.ShowAsync(vm);
        return Text(shown["cryptoState"]) == "locked" && Text(shown["lockedKeys"]![0]!["reason"]) == reason;
    }, $"{vm} is locked: {reason}");

    private static Task UnlockedAsync(LoricaUp up, string vm) => Wait.UntilAsync(
        async () => Text((await up.ShowAsync(vm))["cryptoState"]) == "unlocked", $"{vm} is unlocked");

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
