using System.Security.Cryptography;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests.Model;

/// <summary>What must hold after each run: inventory, files and key server agree, and every byte is whole.</summary>
internal sealed partial class World
{
    public async Task CheckAsync()
    {
        if (!_weather.Kms)
            await ReturnKmsAsync();
        var listed = (await _api.GetAsync("vms")).Body!["items"]!.AsArray().Select(v => v!["name"]!.GetValue<string>()).Order().ToArray();
        Assert.Equal(Enumerable.Range(0, Plans.Vms).Where(i => _vms[i].Exists).Select(Name), listed);
        for (var i = 0; i < _vms.Length; i++)
        {
            if (_vms[i].Exists)
                await CheckVmAsync(i);
        }

        var folders = Directory.EnumerateDirectories(_up.Datastore).Select(Path.GetFileName).Order();
        Assert.Equal(listed.Length, folders.Count());
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_up.Datastore, "*", SearchOption.AllDirectories).Select(Path.GetFileName),
            f => f!.EndsWith(".new", StringComparison.Ordinal) || f.Contains("journal", StringComparison.Ordinal) || f.Contains("checksum", StringComparison.Ordinal));
        var tasks = (await _api.GetAsync("tasks")).Body!["items"]!.AsArray().Where(t => t!["state"]!.GetValue<string>() is "queued" or "running");
        Assert.Empty(tasks);
    }

    private async Task CheckVmAsync(int vm)
    {
        var show = (await _api.GetAsync($"vms/{Name(vm)}")).Body!;
        var disk = Assert.Single(show["disks"]!.AsArray())!;
        Assert.Equal(_vms[vm].Encrypted, show["encrypted"]!.GetValue<bool>());
        Assert.Equal(_vms[vm].Encrypted, disk["encrypted"]!.GetValue<bool>());
        Assert.Equal(_vms[vm].On ? "poweredOn" : "poweredOff", show["powerState"]!.GetValue<string>());
        Assert.Null(show["suspect"]);
        var descriptor = FileOf(disk["path"]!.GetValue<string>());
        var content = Convert.ToHexStringLower(SHA256.HashData(_content[vm]));
        if (!_vms[vm].Encrypted)
        {
            Assert.Equal(content, Files.Sha256(Path.ChangeExtension(descriptor, null) + "-flat.vmdk"));
            return;
        }

        await Wait.UntilAsync(async () => (await _api.GetAsync($"vms/{Name(vm)}")).Body!["cryptoState"]!.GetValue<string>() == "unlocked",
            $"{Name(vm)}, whose key is on its host, is unlocked");
        Assert.Equal(show["key"]!["id"]!.GetValue<string>(), disk["key"]!["id"]!.GetValue<string>());
        Assert.Equal(Keys.Model(descriptor).Key!.Value.Id, disk["key"]!["id"]!.GetValue<string>());
        using var kek = await Keys.FetchKekAsync(_up, descriptor, _vms[vm].Provider);
        Assert.Equal(content, Keys.PlaintextSha256(descriptor, kek));
    }
}
