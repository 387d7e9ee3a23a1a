using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>Storage policies on real processes and real files.</summary>
public sealed class PolicyTests
{
    [Fact]
    public async Task One_policy_encrypts_many_vms_and_what_drifts_is_read_from_the_files()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        foreach (string name in new[] { "a", "b", "c" })
            await up.JsonAsync("vm", "create", name, "--size", "8M");
        await up.JsonAsync("policy", "clone", "VM Encryption Policy", "Ours");
        await up.JsonAsync("setting", "set", "center.runsIn", "c");

        // Two are encrypted, the third is refused for its own reason and stops nobody.
        await up.RefusedAsync("1 of 3", "policy", "apply", "Ours", "a", "c", "b");
        Assert.True(
            (await up.ShowAsync("a"))["encrypted"]!.GetValue<bool>() && (await up.ShowAsync("b"))["encrypted"]!.GetValue<bool>());
        Assert.False((await up.ShowAsync("c"))["encrypted"]!.GetValue<bool>());
        await up.RefusedAsync("runs this center", "vm", "policy", "set", "c", "Ours", "--check");
        await up.JsonAsync("setting", "rm", "center.runsIn");
        var report = await up.JsonAsync("policy", "apply", "Ours", "--all");
        Assert.Equal(["none", "none", "encrypt"], report["items"]!.AsArray().Select(i => Text(i!["action"])));

        // An edit of the rules, and a tag that goes: both are told from the files as they are.
        Assert.Equal("compliant", Text((await up.JsonAsync("policy", "check", "a"))["state"]));
        await up.JsonAsync("policy", "edit", "Ours", "--tag", "gold");
        await up.RefusedAsync("outOfDate", "policy", "check", "--all");
        string datastore = Text((await up.ShowAsync("a"))["path"]).Split(']')[0].TrimStart('[');
        await up.JsonAsync("datastore", "tag", datastore, "gold");
        await up.JsonAsync("policy", "apply", "Ours", "--all");
        await up.JsonAsync("policy", "check", "--all");
        await up.JsonAsync("datastore", "tag", datastore, "--none");
        await up.RefusedAsync("without the tag gold", "policy", "check", "b");
        await up.RefusedAsync("a, b, c", "policy", "rm", "Ours");
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
