using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests.Model;

/// <summary>Trouble, and what it leaves.</summary>
internal sealed partial class World
{
    private string Ballast => Path.Combine(_up.Datastore, ".ballast");

    private async Task PrepareAsync(Trouble trouble)
    {
        switch (trouble)
        {
            case Trouble.KmsLeaves when _weather.Kms:
                await _up.ControlAsync("stop", "kms");
                _weather = _weather with { Kms = false };
                break;
            case Trouble.WrongKey:
                await WrongKeysAsync();
                break;
            case Trouble.KmsReturns when !_weather.Kms:
                await ReturnKmsAsync();
                break;
            case Trouble.DiskFull:
                await Shell.RunAsync("/bin/dd", ["if=/dev/zero", $"of={Ballast}", "bs=64k"]);
                break;
        }
    }

    /// <summary>The key server returns; what was locked unlocks by itself.</summary>
    private async Task ReturnKmsAsync()
    {
        await _up.ControlAsync("start", "kms");
        _weather = _weather with { Kms = true, Safe = true };
        // A server that has just failed rests for a second; asking for its health ends that.
        await Wait.UntilAsync(async () => (await _api.GetAsync("providers/kms1/status")).Body!["healthy"]!.GetValue<bool>(), "the key server is healthy");
        await KeysAsync(all: true);
    }

    /// <summary>PyKMIP's keys are others now, and the host, started anew, has to fetch them.</summary>
    private async Task WrongKeysAsync()
    {
        await _py.StopAsync();
        await _py.SpoilKeysAsync();
        await _py.ResumeAsync();
        await _up.KillAsync("host");
        await _up.ControlAsync("restart", "host");
        _weather = _weather with { Wrong = true };
        await HostIsBackAsync();
        await KeysAsync(all: true);
    }

    private async Task RightKeysAsync()
    {
        await _py.StopAsync();
        await _py.RestoreKeysAsync();
        await _py.ResumeAsync();
        _weather = _weather with { Wrong = false };
        await Wait.UntilAsync(async () => (await _api.GetAsync("providers/py/status")).Body!["healthy"]!.GetValue<bool>(), "PyKMIP is healthy");
        await KeysAsync(all: true);
    }

    private async Task RepairAsync(Trouble trouble)
    {
        if (trouble == Trouble.DiskFull)
            File.Delete(Ballast);
        if (trouble == Trouble.HostKilled && !_weather.Kms)
            _weather = _weather with { Safe = false };
        await HostIsBackAsync();
        await KeysAsync(all: _weather.Kms);
    }

    private async Task HostIsBackAsync()
    {
        await Wait.UntilAsync(async () => (await _up.PidAsync("center")) > 0 && (await _up.PidAsync("host")) > 0, "center and host run");
        await Wait.UntilAsync(async () => (await _api.GetAsync("hosts")).Body!["items"]![0]!["state"]!.GetValue<string>() == "connected", "the host is connected");
        await Wait.UntilAsync(async () => (await _api.GetAsync("vms")).Body!["items"]!.AsArray().All(v => v!["task"] is null), "no task is left", 150);
    }

    /// <summary>Which keys the host has; with <paramref name="all"/> it must come to have those of every VM.</summary>
    private async Task KeysAsync(bool all)
    {
        await Wait.UntilAsync(async () =>
        {
            var held = (await _api.GetAsync("hosts")).Body!["items"]![0]!["keys"]!.AsArray().Select(k => k!["id"]!.GetValue<string>()).ToHashSet();
            var complete = true;
            for (var i = 0; i < _vms.Length; i++)
            {
                var key = (await _api.GetAsync($"vms/{Name(i)}")).Body?["key"]?["id"]?.GetValue<string>();
                var has = key is not null && held.Contains(key);
                complete &= key is null || has || (_weather.Wrong && _vms[i].Provider == Providers.Py);
                _vms[i] = _vms[i] with { KeyOnHost = has };
            }

            return complete || !all;
        }, "the host has the keys of all VMs");
    }

    /// <summary>
    /// What a disturbed act left: the VM before it or after it. A job that a full disk stopped in the middle is finished by
    /// asking again.
    /// </summary>
    private async Task SettleAsync(int vm, Act act, ModelVm before, byte[] content)
    {
        var seen = await LookAsync(vm);
        if (seen is null && _weather.Kms)
        {
            var (ok, code) = await ActAsync(vm, act, []);
            Assert.True(ok, $"{Name(vm)}: {act} that was broken off cannot be finished: {code}");
            seen = await LookAsync(vm);
        }

        Assert.True(seen is not null, $"{Name(vm)} is between two states after {act}");
        var after = Rules.Of(before, act, Providers.Of(vm, act), new Weather(Kms: true, Wrong: false, Safe: true)).After;
        Assert.True(Same(seen, before) || Same(seen, after), $"{Name(vm)} was {before}, should be that or {after} after {act}, and is {seen}");
        _vms[vm] = seen;
        if (seen.Exists && !before.Exists)
            _content[vm] = content;
    }

    private static bool Same(ModelVm a, ModelVm b) => (a.Exists, a.Encrypted, a.On) == (b.Exists, b.Encrypted, b.On);

    /// <summary>The VM as the center shows it; null while its files are between two states.</summary>
    private async Task<ModelVm?> LookAsync(int vm)
    {
        var answer = await _api.GetAsync($"vms/{Name(vm)}");
        if (answer.Status == 404)
            return ModelVm.Nothing;
        Assert.True(answer.Accepted, answer.ToString());
        var body = answer.Body!;
        Assert.True(body["suspect"] is null, $"{Name(vm)} is suspect: {body["suspect"]}");
        var home = body["encrypted"]!.GetValue<bool>();
        var on = body["powerState"]!.GetValue<string>() == "poweredOn";
        var whole = body["disks"]!.AsArray().All(d => d!["encrypted"]!.GetValue<bool>() == home) && !Transition(body);
        var provider = body["key"]?["provider"]?.GetValue<string>() ?? "";
        return whole ? new ModelVm(true, provider, on, _vms[vm].KeyOnHost) : null;
    }

    private bool Transition(JsonNode vm) => vm["disks"]!.AsArray().Any(d =>
    {
        var text = File.ReadAllText(FileOf(d!["path"]!.GetValue<string>()));
        return text.Contains("ddb.transition", StringComparison.Ordinal);
    }) || File.ReadAllText(FileOf(vm["path"]!.GetValue<string>())).Contains("encryption.rekey", StringComparison.Ordinal);

    private string FileOf(string display) => Path.Combine(_up.Datastore, display[(display.IndexOf(']') + 2)..]);
}
