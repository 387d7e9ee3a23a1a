using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests.Model;

/// <summary>What must hold after each run: inventory, files and key server agree, and every byte is whole.</summary>
internal sealed partial class World
{
    /// <summary>In this run: what a host was writing aside when it died stays until it is written again.</summary>
    private bool _hostDied;

    public async Task CheckAsync()
    {
        if (!_weather.Kms)
            await ReturnKmsAsync();
        string[] listed = (await _api.GetAsync("vms")).Body!["items"]!.AsArray()
            .Select(v => v!["name"]!.GetValue<string>()).Order().ToArray();
        var all = Enumerable.Range(0, Plans.Vms)
            .Where(i => _vms[i].Exists).Select(Name).Concat(Enumerable.Range(0, Plans.Vms).Select(Source));
        Assert.Equal(all.Order(), listed);
        for (int i = 0; i < _vms.Length; i++)
        {
            if (_vms[i].Exists)
                await CheckVmAsync(i);
        }

        string[] datastores = [_up.Datastore, _up.SecondDatastore];
        var folders = datastores.SelectMany(d => Directory.EnumerateDirectories(d)).Select(d => Path.GetFileName(d)!).Order();
        Assert.Equal(listed, folders);
        Assert.DoesNotContain(
            datastores.SelectMany(d => Directory.EnumerateFiles(d, "*", SearchOption.AllDirectories))
                .Select(f => Path.GetFileName(f)),
            f => (f.EndsWith(".new", StringComparison.Ordinal) && !_hostDied) || f.Contains("journal", StringComparison.Ordinal)
                || f.Contains("checksum", StringComparison.Ordinal));
        _hostDied = false;
        var tasks = (await _api.GetAsync("tasks")).Body!["items"]!.AsArray()
            .Where(t => t!["state"]!.GetValue<string>() is "queued" or "running");
        Assert.Empty(tasks);
    }

    private async Task CheckVmAsync(int vm)
    {
        var seen = await LookAsync(vm);
        Assert.True(seen is not null && seen.Looks(_vms[vm]), $"{Name(vm)} should be {_vms[vm]} and is {seen}");
        await Wait.UntilAsync(
            async () => (await _api.GetAsync($"vms/{Name(vm)}")).Body!["cryptoState"]!.GetValue<string>() == "unlocked",
            $"{Name(vm)}, whose key is on its host, is unlocked");
        var show = (await _api.GetAsync($"vms/{Name(vm)}")).Body!;
        await CheckDiskAsync(vm, show, show["disks"]![0]!, _content[vm]);
        if (seen.SecondDisk)
            await CheckDiskAsync(vm, show, show["disks"]![1]!, new byte[DiskBytes]);
    }

    private async Task CheckDiskAsync(int vm, JsonNode show, JsonNode disk, byte[] content)
    {
        string descriptor = FileOf(disk["path"]!.GetValue<string>());
        string expected = Convert.ToHexStringLower(SHA256.HashData(content));
        if (!_vms[vm].Encrypted)
        {
            Assert.Equal(expected, Files.Sha256(Path.ChangeExtension(descriptor, null) + "-flat.vmdk"));
            return;
        }

        Assert.Equal(show["key"]!["id"]!.GetValue<string>(), disk["key"]!["id"]!.GetValue<string>());
        Assert.Equal(Keys.Model(descriptor).Key!.Value.Id, disk["key"]!["id"]!.GetValue<string>());
        using var kek = await Keys.FetchKekAsync(_up, descriptor, show["key"]!["provider"]!.GetValue<string>());
        Assert.Equal(expected, Keys.PlaintextSha256(descriptor, kek));
    }
}
