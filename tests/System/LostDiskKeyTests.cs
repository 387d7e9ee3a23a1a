using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>The key of a disk is gone for good, that of VM home is not.</summary>
public sealed class LostDiskKeyTests
{
    [Fact]
    public async Task A_vm_whose_disk_key_is_destroyed_does_not_start_until_the_disk_is_detached_or_removed()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        await up.JsonAsync("vm", "import", "shop", "--disk", await GuestImage.PathAsync(), "--policy", "VM Encryption Policy");
        await up.JsonAsync("vm", "disk", "add", "shop", "--size", "16M", "--new-key-from", "default");
        await up.JsonAsync("vm", "disk", "add", "shop", "--size", "16M", "--new-key-from", "default");
        var disks = (await up.ShowAsync("shop"))["disks"]!.AsArray();
        string[] keys = [.. disks.Select(d => Text(d!["key"]!["id"]))];
        Assert.Equal(3, keys.Distinct().Count());

        foreach (string lost in keys[1..])
            await Keys.DestroyAsync(up, "kms1", lost);
        await up.ControlAsync("restart", "host");
        await Wait.UntilAsync(async () => await LockedForAsync(up, keys[1..]), "shop is locked for the keys of two disks");

        await up.RefusedAsync(Sentence(disks[1]!), "vm", "power", "on", "shop");
        await up.JsonAsync("vm", "disk", "detach", "shop", Text(disks[1]!["label"]));
        await Wait.UntilAsync(
            async () => await LockedForAsync(up, keys[2..]), "shop is locked for the key of the other disk only");
        await up.RefusedAsync(Sentence(disks[2]!), "vm", "power", "on", "shop");
        await up.JsonAsync("vm", "disk", "rm", "shop", Text(disks[2]!["label"]));

        var guest = new Guest(up, "shop");
        await guest.PowerOnAndWaitAsync();
        await guest.PowerOffAsync();
        Assert.Equal("unlocked", Text((await up.ShowAsync("shop"))["cryptoState"]));
        var left = Directory.GetFiles(up.Datastore, "*.vmdk", SearchOption.AllDirectories).Select(Path.GetFileName).ToList();
        Assert.Contains(left, f => Text(disks[1]!["path"]).EndsWith("/" + f, StringComparison.Ordinal));
        Assert.DoesNotContain(left, f => Text(disks[2]!["path"]).EndsWith("/" + f, StringComparison.Ordinal));
    }

    private static string Sentence(JsonNode disk) =>
        $"The disk {Text(disk["path"])} is encrypted and a required key was not found.";

    private static async Task<bool> LockedForAsync(LoricaUp up, string[] keys)
    {
        var shop = await up.ShowAsync("shop");
        return Text(shop["cryptoState"]) == "locked"
            && shop["lockedKeys"]!.AsArray()
            .Select(k => (Text(k!["keyId"]), Text(k["reason"]))).ToHashSet().SetEquals(keys.Select(k => (k, "missingOnKms")));
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
