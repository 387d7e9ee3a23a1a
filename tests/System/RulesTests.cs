using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Lorica.Crypto;
using Lorica.SystemTests.Model;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>Rows of the rules, over the command line and REST, on real processes and files.</summary>
public sealed class RulesTests(OneLorica one) : IClassFixture<OneLorica>
{
    private const string Encryption = "VM Encryption Policy";

    private LoricaUp Up => one.Up;

    [Fact]
    public async Task A_disk_goes_from_one_encrypted_vm_to_another_and_back_and_never_to_a_plain_one()
    {
        await ImportAsync("giver", 4, Encryption);
        await CreateAsync("taker", Encryption);
        await CreateAsync("plain");
        const string Disk = "[datastore1] giver/giver.vmdk";
        string content = await PlaintextAsync(At("giver", "giver.vmdk"));
        await Up.JsonAsync("vm", "disk", "add", "giver", "--size", "1M");

        await Up.JsonAsync("vm", "disk", "detach", "giver", "virtio0:0");
        await Up.RefusedAsync("msg.hostd.configSpec.enc.mismatch", "vm", "disk", "attach", "plain", Disk, "--policy", Encryption);
        await Up.RefusedAsync("msg.hostd.deviceSpec.enc.badPolicy", "vm", "disk", "attach", "taker", Disk);
        await Up.JsonAsync("vm", "disk", "attach", "taker", Disk, "--policy", Encryption);
        Assert.Equal(content, await PlaintextAsync(At("taker", "giver.vmdk")));
        const string Moved = "[datastore1] taker/giver.vmdk";
        await Up.RefusedAsync(
            "msg.hostd.deviceSpec.enc.sharedBacking", "vm", "disk", "attach", "giver", Moved, "--policy", Encryption);

        await Up.JsonAsync("vm", "disk", "detach", "taker", "virtio0:1");
        await Up.JsonAsync("vm", "disk", "attach", "giver", Moved, "--policy", Encryption, "--label", "virtio0:0");
        Assert.Equal(content, await PlaintextAsync(At("giver", "giver.vmdk")));
        await IsWholeAsync("giver");
    }

    [Fact]
    public async Task A_plain_disk_comes_to_an_encrypted_vm_as_it_is_and_is_encrypted_by_the_policy_afterwards()
    {
        await ImportAsync("donor", 4);
        await Up.JsonAsync("vm", "disk", "add", "donor", "--size", "1M");
        await CreateAsync("sealed", Encryption);
        string content = Files.Sha256(At("donor", "donor-flat.vmdk"));
        await Up.JsonAsync("vm", "disk", "detach", "donor", "virtio0:0");

        const string Disk = "[datastore1] donor/donor.vmdk";
        await Up.RefusedAsync(
            "msg.hostd.deviceSpec.enc.notEncrypted", "vm", "disk", "attach", "sealed", Disk, "--policy", Encryption);
        await Up.JsonAsync("vm", "disk", "attach", "sealed", Disk);
        Assert.Equal(content, Files.Sha256(At("sealed", "donor-flat.vmdk")));
        await Up.JsonAsync("vm", "policy", "set", "sealed", Encryption);
        Assert.NotEqual(content, Files.Sha256(At("sealed", "donor-flat.vmdk")));
        Assert.Equal(content, await PlaintextAsync(At("sealed", "donor.vmdk")));
    }

    [Fact]
    public async Task A_vm_that_is_being_encrypted_does_not_start_and_takes_no_second_operation()
    {
        await ImportAsync("busy", 128);
        using var api = await CenterApi.SignInAsync(Up);
        var begun = await api.SendAsync(HttpMethod.Post, "vms/busy/policy", new JsonObject { ["policy"] = Encryption });
        string task = Text(begun.Body!["id"]);
        var answers = await Task.WhenAll(
            api.SendAsync(HttpMethod.Post, "vms/busy/power", new JsonObject { ["action"] = "on" }),
            api.SendAsync(HttpMethod.Post, "vms/busy/recrypt", new JsonObject { ["mode"] = "shallow" }),
            api.SendAsync(HttpMethod.Post, "vms/busy/rename", new JsonObject { ["name"] = "idle" }));
        foreach (var answer in answers)
        {
            Assert.Equal("lorica.taskUnderWay", answer.Code);
            Assert.Contains(task, answer.ToString(), StringComparison.Ordinal);
        }

        await Up.JsonAsync("task", "wait", task);
        Assert.Equal("compliant", Text((await Up.ShowAsync("busy"))["compliance"]));
        await Up.JsonAsync("vm", "power", "on", "busy");
        await Up.JsonAsync("vm", "power", "off", "busy", "--hard");
    }

    [Fact]
    public async Task A_deep_recrypt_leaves_the_guests_bytes_and_nothing_that_the_old_keys_open()
    {
        await ImportAsync("deep", 8, Encryption);
        var (descriptor, flat) = (At("deep", "deep.vmdk"), At("deep", "deep-flat.vmdk"));
        using var oldKek = await Keys.FetchKekAsync(Up, descriptor, "kms1");
        var (content, cipher) = (Keys.PlaintextSha256(descriptor, oldKek), Files.Sha256(flat));
        string kept = Directory.CreateDirectory(Path.Combine(Up.Folder, "kept")).FullName;
        File.Copy(descriptor, Path.Combine(kept, "deep.vmdk"));

        await Up.JsonAsync("vm", "power", "on", "deep");
        await Up.RefusedAsync("must be powered off", "vm", "recrypt", "deep", "--deep");
        await Up.JsonAsync("vm", "power", "off", "deep", "--hard");
        await Up.JsonAsync("vm", "recrypt", "deep", "--deep");

        Assert.Equal(content, await PlaintextAsync(descriptor));
        Assert.NotEqual(cipher, Files.Sha256(flat));
        Assert.ThrowsAny<CryptoException>(() => Keys.OpenBundle(descriptor, oldKek).Dispose());

        // Who kept descriptor and KEK of before has a data key that is not the disk's any more.
        File.Copy(flat, Path.Combine(kept, "deep-flat.vmdk"));
        Assert.NotEqual(content, Keys.PlaintextSha256(Path.Combine(kept, "deep.vmdk"), oldKek));
    }

    [Fact]
    public async Task A_full_clone_has_data_keys_of_its_own_under_the_same_kek_or_the_one_that_is_named()
    {
        await ImportAsync("source", 4, Encryption);
        await Up.JsonAsync("vm", "clone", "source", "same");
        await Up.JsonAsync("vm", "clone", "source", "other", "--datastore", "datastore2", "--key", "kms1");

        string[] disks = [At("source", "source"), At("same", "same"), Path.Combine(Up.SecondDatastore, "other", "other")];
        string content = await PlaintextAsync(disks[0] + ".vmdk");
        foreach (string disk in disks)
            Assert.Equal(content, await PlaintextAsync(disk + ".vmdk"));
        byte[][] ciphers = disks.Select(d => File.ReadAllBytes(d + "-flat.vmdk")).ToArray();
        for (int at = 0; at < ciphers[0].Length; at += 512)
            Assert.Equal(3, ciphers.Select(c => Convert.ToHexString(c, at, 512)).Distinct().Count());
        var (source, same, other) = (await Up.ShowAsync("source"), await Up.ShowAsync("same"), await Up.ShowAsync("other"));
        Assert.Equal(KeyOf(source), KeyOf(same));
        Assert.NotEqual(KeyOf(source), KeyOf(other));
        Assert.Equal(KeyOf(other), KeyOf(other["disks"]![0]!));
        foreach (string vm in (string[])["same", "other"])
        {
            await Up.JsonAsync("vm", "power", "on", vm);
            await Up.JsonAsync("vm", "power", "off", vm, "--hard");
        }
    }

    [Fact]
    public async Task A_relocation_and_a_clone_that_are_cancelled_leave_the_vm_where_it_was_and_nothing_else()
    {
        await ImportAsync("stays", 512, Encryption);
        using var api = await CenterApi.SignInAsync(Up);
        var before = Files.Snapshot(Path.Combine(Up.Datastore, "stays"));
        foreach (var (path, body) in new[]
        {
            ("relocate", new JsonObject { ["datastore"] = "datastore2" }),
            ("clone", new JsonObject { ["name"] = "never", ["datastore"] = "datastore2" }),
        })
        {
            var begun = await api.SendAsync(HttpMethod.Post, "vms/stays/" + path, body);
            string task = Text(begun.Body!["id"]);
            await Wait.UntilAsync(
                async () => (await api.GetAsync("tasks/" + task)).Body!["cancellable"]!.GetValue<bool>(), "it can be cancelled");
            var asked = await api.SendAsync(HttpMethod.Post, $"tasks/{task}/cancel");
            Assert.True(asked.Accepted, asked.ToString());
            var end = await api.EndOfAsync(task);
            Assert.Equal(("cancelled", "lorica.cancelled"), (Text(end["state"]), Text(end["fault"]!["key"])));
            Assert.Equal(before, Files.Snapshot(Path.Combine(Up.Datastore, "stays")));
            var there = Directory.EnumerateFileSystemEntries(Up.SecondDatastore).Select(Path.GetFileName);
            Assert.DoesNotContain(there, e => e is not (".lorica-datastore" or "other"));
        }

        await IsWholeAsync("stays");
        await Up.RefusedAsync("never", "vm", "show", "never");
    }

    [Fact]
    public async Task Keys_are_named_when_a_vm_is_made()
    {
        await Up.JsonAsync(
            "vm", "create", "named", "--size", "1M", "--size", "1M", "--datastore", "datastore1", "--policy", Encryption,
            "--key", "home=kms1", "--key", "virtio0:1=kms1");
        var vm = await Up.ShowAsync("named");
        var keys = vm["disks"]!.AsArray().Select(d => KeyOf(d!)).Append(KeyOf(vm)).ToList();
        Assert.Equal(3, keys.Distinct().Count());
        await Up.RefusedAsync(
            "msg.hostd.deviceSpec.enc.badPolicy",
            "vm", "create", "never", "--size", "1M", "--datastore", "datastore1", "--key", "kms1");
        await Up.JsonAsync("vm", "power", "on", "named");
        await Up.JsonAsync("vm", "power", "off", "named", "--hard");
    }

    [Fact]
    public async Task A_vm_of_a_host_that_is_gone_is_taken_when_somebody_says_that_it_is_fenced()
    {
        await CreateAsync("orphan", Encryption);
        await Up.JsonAsync("vm", "unregister", "orphan");
        HeldBySomebodyElse(At("orphan", ".orphan.vmx.lock"));

        await Up.JsonAsync("vm", "register", "[datastore1] orphan/orphan.vmx", "--fenced");

        Assert.Equal("unlocked", Text((await Up.ShowAsync("orphan"))["cryptoState"]));
        Assert.Contains("lorica.vm.Fenced", (await Up.JsonAsync("event", "ls")).ToJsonString(), StringComparison.Ordinal);
        await Up.JsonAsync("vm", "power", "on", "orphan");
        await Up.JsonAsync("vm", "power", "off", "orphan", "--hard");
    }

    [Fact]
    public async Task A_vm_whose_key_is_destroyed_says_so_when_it_is_to_be_unlocked_and_others_run()
    {
        await CreateAsync("lost", Encryption);
        await CreateAsync("well", Encryption);
        string key = KeyOf(await Up.ShowAsync("lost"));
        await Keys.DestroyAsync(Up, "kms1", key);
        await Up.ControlAsync("restart", "host");
        await Wait.UntilAsync(async () => Text((await Up.ShowAsync("lost"))["cryptoState"]) == "locked", "the VM is locked");

        var refused = await Up.RefusedAsync("missingOnKms", "vm", "unlock", "lost");
        Assert.Contains(key, refused.Error, StringComparison.Ordinal);
        await Wait.UntilAsync(async () => Text((await Up.ShowAsync("well"))["cryptoState"]) == "unlocked", "the other VM is not");
        await Up.JsonAsync("vm", "unlock", "well");
        await Up.JsonAsync("vm", "power", "on", "well");
        await Up.JsonAsync("vm", "power", "off", "well", "--hard");
        await Up.JsonAsync("vm", "unregister", "lost");
    }

    /// <summary>The record of a host that was cut off in the middle of its work, as the format of the lock file has it.</summary>
    private static void HeldBySomebodyElse(string lockFile)
    {
        string[] lines = File.ReadAllText(lockFile).Split('\n')[..6];
        Assert.StartsWith("host ", lines[1], StringComparison.Ordinal);
        Assert.Equal("state free", lines[5]);
        (lines[1], lines[5]) = ("host " + Guid.NewGuid().ToString("D", CultureInfo.InvariantCulture), "state held");
        string text = string.Join('\n', lines) + "\n";
        text += $"check {Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)).AsSpan(0, 8))}\n";
        File.WriteAllText(lockFile, text.PadRight(255) + "\n");
    }

    private async Task IsWholeAsync(string name)
    {
        var vm = await Up.ShowAsync(name);
        Assert.Equal(("unlocked", "compliant"), (Text(vm["cryptoState"]), Text(vm["compliance"])));
    }

    private async Task ImportAsync(string name, int mebibytes, string? policy = null)
    {
        string image = await DataImage.MakeAsync(Up, name, mebibytes);
        await Up.JsonAsync(["vm", "import", name, "--disk", image, "--datastore", "datastore1", .. PolicyOf(policy)]);
        File.Delete(image);
    }

    private Task CreateAsync(string name, string? policy = null) =>
        Up.JsonAsync(["vm", "create", name, "--size", "1M", "--datastore", "datastore1", .. PolicyOf(policy)]);

    private static string[] PolicyOf(string? policy) => policy is null ? [] : ["--policy", policy];

    private string At(string folder, string name) => Path.Combine(Up.Datastore, folder, name);

    /// <summary>SHA-256 of what a guest sees of an encrypted disk.</summary>
    private async Task<string> PlaintextAsync(string descriptor)
    {
        using var kek = await Keys.FetchKekAsync(Up, descriptor, "kms1");
        return Keys.PlaintextSha256(descriptor, kek);
    }

    private static string KeyOf(JsonNode node) => Text(node["key"]!["id"]);

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
