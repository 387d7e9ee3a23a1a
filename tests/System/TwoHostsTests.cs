using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>Two real hosts on one machine, one datastore.</summary>
public sealed class TwoHostsTests
{
    [Fact]
    public async Task EncryptedVmsRunOnTwoHostsOfOneMachineAndEachHostHoldsItsOwnKeysOnly()
    {
        await using var up = await LoricaUp.StartAsync(hosts: 2);
        await up.AddEmbeddedKmsAsync();
        var image = await Guest.ImageAsync();
        foreach (var (vm, host) in new[] { ("one", "localhost"), ("two", "host2") })
        {
            await up.JsonAsync("vm", "import", vm, "--disk", image, "--policy", "VM Encryption Policy", "--host", host);
            await new Guest(up, vm).PowerOnAndWaitAsync();
        }

        var (one, two) = (await up.ShowAsync("one"), await up.ShowAsync("two"));
        Assert.Equal(("localhost", "host2"), (Text(one["host"]), Text(two["host"])));
        Assert.Contains(KeyOf(one), await KeysAsync(up, "localhost"));
        Assert.DoesNotContain(KeyOf(two), await KeysAsync(up, "localhost"));
        Assert.Contains(KeyOf(two), await KeysAsync(up, "host2"));
        Assert.DoesNotContain(KeyOf(one), await KeysAsync(up, "host2"));

        await up.ControlAsync("restart", "host2");
        await Wait.UntilAsync(
            async () => (await KeysAsync(up, "host2")).Contains(KeyOf(two)), "the second host has its key again");
        foreach (var vm in new[] { "one", "two" })
            await new Guest(up, vm).PowerOffAsync();
    }

    private static async Task<List<string>> KeysAsync(LoricaUp up, string host) =>
        [.. (await up.JsonAsync("host", "show", host))["keys"]!.AsArray().Select(k => Text(k!["id"]))];

    private static string KeyOf(JsonNode vm) => Text(vm["key"]!["id"]);

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
