using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>Two real hosts on one machine, one datastore.</summary>
public sealed class TwoHostsTests
{
    [Fact]
    public async Task Encrypted_vms_run_on_two_hosts_of_one_machine_and_each_host_holds_its_own_keys_only()
    {
        await using var up = await LoricaUp.StartAsync(hosts: 2);
        await up.AddEmbeddedKmsAsync();
        string image = await GuestImage.PathAsync();
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
        foreach (string vm in new[] { "one", "two" })
            await new Guest(up, vm).PowerOffAsync();
    }

    [Fact]
    public async Task A_vm_of_a_host_that_is_lost_for_good_starts_on_the_other_one_and_the_lost_one_forgets_it_when_it_is_back()
    {
        await using var up = await LoricaUp.StartAsync(hosts: 2);
        await up.AddEmbeddedKmsAsync();
        string image = await GuestImage.PathAsync();
        await up.JsonAsync("vm", "import", "nomad", "--disk", image, "--policy", "VM Encryption Policy", "--host", "host2");
        await new Guest(up, "nomad").PowerOnAndWaitAsync();
        await up.RefusedAsync("is connected, so it is not cut off", "vm", "unregister", "nomad", "--fenced");

        // The machine of the second host loses its power: no host, no vmx, no guest.
        await up.ControlAsync("stop", "host2");
        foreach (var process in Processes.OfState(up.State).Where(p => p.Name is "lorica-vmx" or "qemu"))
            process.Kill();
        await Wait.UntilAsync(
            async () => Text((await up.JsonAsync("host", "show", "host2"))["state"]) != "connected",
            "the center misses the host");
        await up.RefusedAsync("host", "vm", "unregister", "nomad");
        string path = Text((await up.ShowAsync("nomad"))["path"]);
        await up.JsonAsync("vm", "unregister", "nomad", "--fenced");
        await up.JsonAsync("vm", "register", path, "--host", "localhost", "--fenced");
        await new Guest(up, "nomad").PowerOnAndWaitAsync();

        await up.ControlAsync("start", "host2");
        await Wait.UntilAsync(
            async () => Text((await up.JsonAsync("host", "show", "host2"))["state"]) == "connected", "the host is back");
        string registry = Path.Combine(up.State, "host2");
        await Wait.UntilAsync(
            () => Task.FromResult(!Directory.EnumerateFiles(registry, "*.json", SearchOption.AllDirectories)
                .Any(f => File.ReadAllText(f).Contains("nomad", StringComparison.Ordinal))),
            "the host that was lost has forgotten the VM");
        var shown = await up.ShowAsync("nomad");
        Assert.Equal(
            ("localhost", "poweredOn", "unlocked"),
            (Text(shown["host"]), Text(shown["powerState"]), Text(shown["cryptoState"])));
        Assert.DoesNotContain(KeyOf(shown), await KeysAsync(up, "host2"));
        await new Guest(up, "nomad").PowerOffAsync();
    }

    private static async Task<List<string>> KeysAsync(LoricaUp up, string host) =>
        [.. (await up.JsonAsync("host", "show", host))["keys"]!.AsArray().Select(k => Text(k!["id"]))];

    private static string KeyOf(JsonNode vm) => Text(vm["key"]!["id"]);

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
