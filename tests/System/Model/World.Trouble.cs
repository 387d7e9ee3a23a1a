using System.Diagnostics;
using System.Text.Json.Nodes;
using Lorica.Platform.Processes;

namespace Lorica.SystemTests.Model;

/// <summary>Trouble, and what it leaves.</summary>
internal sealed partial class World
{
    private const int GoOn = 18, Stop = 19;
    private static readonly TimeSpan OnItsWay = TimeSpan.FromMilliseconds(500);

    /// <summary>Work was begun on the first host when it lost its state last; and how often it was.</summary>
    private bool _begun;
    private int _begunWhenStateWasLost;

    /// <summary>Where the first host keeps that it is in encryption mode.</summary>
    private string CryptoState => Path.Combine(_up.State, FirstPart, "state", "crypto.json");

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
                await Tool.RunAsync("/bin/dd", ["if=/dev/zero", $"of={Ballast}", "bs=64k"]);
                break;
        }
    }

    /// <summary>The key server returns; what was locked unlocks by itself.</summary>
    private async Task ReturnKmsAsync()
    {
        await _up.ControlAsync("start", "kms");
        _weather = _weather with { Kms = true, FirstSafe = true, SecondSafe = true };
        await KmsIsHealthyAsync();
        await KeysAsync(all: true);
    }

    /// <summary>A server that has just failed rests for a second; asking for its health ends that.</summary>
    private Task KmsIsHealthyAsync() => Wait.UntilAsync(
        async () => (await _api.GetAsync("providers/kms1/status")).Body!["healthy"]!.GetValue<bool>(),
        "the key server is healthy");

    /// <summary>PyKMIP's keys are others now, and the host, started anew, has to fetch them.</summary>
    private async Task WrongKeysAsync()
    {
        await _py.StopAsync();
        await _py.SpoilKeysAsync();
        await _py.ResumeAsync();
        string part = _vms[Providers.PyVm].Host == 0 ? FirstPart : SecondPart;
        await _up.KillAsync(part);
        _hostDied = true;
        await _up.ControlAsync("restart", part);
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
        await Wait.UntilAsync(
            async () => (await _api.GetAsync("providers/py/status")).Body!["healthy"]!.GetValue<bool>(), "PyKMIP is healthy");
        await KeysAsync(all: true);
    }

    private async Task DisturbAsync(Round round, Task acts)
    {
        if (!round.Disturbs || round.Trouble == Trouble.DiskFull)
            return;
        string[] parts =
        [
            .. round.FirstHostDies ? [FirstPart] : (string[])[],
            .. round.Trouble == Trouble.SecondHostKilled ? [SecondPart] : (string[])[],
            .. round.CenterAndHostDie || round.Trouble == Trouble.CenterKilled ? ["center"] : (string[])[],
        ];
        var processes = new List<Process>();
        foreach (string part in parts)
            processes.Add(await _up.ProcessAsync(part));
        await (round.Trouble == Trouble.StateLost ? BegunAsync(processes[0].Id, acts) : Task.Delay(round.AfterMs));
        if (round.Withdraws)
            await PermitAsync(_api, withdraw: true);
        if (round.KmsBlinks)
            await _up.ControlAsync("stop", "kms");
        if (round.Trouble == Trouble.StateLost)
            File.Move(CryptoState, CryptoState + ".lost", overwrite: true);
        _hostDied |= round.FirstHostDies || round.Trouble == Trouble.SecondHostKilled;
        processes.ForEach(p => p.Kill());
        processes.ForEach(p => p.Dispose());

        // At once: who starts a part that fails again and again waits longer each time.
        foreach (string part in parts)
            await _up.ControlAsync("restart", part);
        if (!round.KmsBlinks)
            return;
        await Task.Delay(round.AfterMs);
        await _up.ControlAsync("start", "kms");
    }

    /// <summary>
    /// Until the files of a VM on the first host say that a job of it is begun, or all acts have ended. The host runs in small
    /// steps meanwhile, and stands still in the end: however busy the machine is, hardly a job passes unseen.
    /// </summary>
    private async Task BegunAsync(int host, Task acts)
    {
        Signals.Send(host, Stop);
        while (!(_begun = Enumerable.Range(0, _vms.Length).Any(i => _vms[i].Host == 0 && IsBegun(i))) && !acts.IsCompleted)
        {
            Signals.Send(host, GoOn);
            await Task.Delay(1);
            Signals.Send(host, Stop);
        }

        _begunWhenStateWasLost += _begun ? 1 : 0;
    }

    private bool IsBegun(int vm)
    {
        string home = Path.Combine(_vms[vm].Elsewhere ? _up.SecondDatastore : _up.Datastore, Name(vm));
        try
        {
            return File.ReadAllText(Path.Combine(home, Name(vm) + ".vmx")) is var text
                && (text.Contains("lorica.job", StringComparison.Ordinal)
                    || text.Contains("encryption.rekey", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // There is no such VM.
            return false;
        }
    }

    private async Task RepairAsync(Round round)
    {
        if (round.Trouble == Trouble.DiskFull)
            File.Delete(Ballast);
        if (round.FirstHostDies && !_weather.Kms)
            _weather = _weather with { FirstSafe = false };
        if (round.Trouble == Trouble.SecondHostKilled && !_weather.Kms)
            _weather = _weather with { SecondSafe = false };
        if (round.KmsBlinks)
            await KmsIsHealthyAsync();
        await HostIsBackAsync();
        if (round.Withdraws)
            await PermitAsync(_api, withdraw: false);
        if (round.Trouble == Trouble.StateLost)
            await EnableAsync(HostName(0));
        await KeysAsync(all: _weather.Kms);
    }

    private async Task HostIsBackAsync()
    {
        await Wait.UntilAsync(
            async () => (await _up.PidAsync("center")) > 0 && (await _up.PidAsync(FirstPart)) > 0
                && (await _up.PidAsync(SecondPart)) > 0,
            "center and hosts run");
        await Wait.UntilAsync(
            async () => (await HostsAsync()).All(h => h!["state"]!.GetValue<string>() == "connected"), "the hosts are connected");
        await Wait.UntilAsync(async () => (await _api.GetAsync("vms")).Body!["items"]!.AsArray().All(v => v!["task"] is null),
            "no task is left", 150);
    }

    /// <summary>Encryption mode as a person brings it about, unless the work that was begun has done so.</summary>
    private async Task EnableAsync(string host)
    {
        string mode = (await _api.GetAsync($"hosts/{host}")).Body!["cryptoMode"]!.GetValue<string>();
        if (_begun)
            Assert.True(mode == "safe", $"work was begun on {host}, and has not brought it back into encryption mode: {mode}");
        if (mode == "safe")
            return;
        var answer = await _api.SendAsync(HttpMethod.Post, $"hosts/{host}/crypto", new JsonObject { ["action"] = "enable" });
        Assert.True(answer.Accepted, answer.ToString());
    }

    private async Task<JsonArray> HostsAsync() => (await _api.GetAsync("hosts")).Body!["items"]!.AsArray();

    /// <summary>
    /// Which keys the hosts have; with <paramref name="all"/> they must come to have those of every VM. Otherwise it is looked
    /// until nothing comes any more: a key that was fetched just before its KMS went away is still on its way.
    /// </summary>
    private async Task KeysAsync(bool all)
    {
        string before = "";
        await Wait.UntilAsync(async () =>
        {
            if (!all)
                await Task.Delay(OnItsWay);
            var held = (await HostsAsync()).ToDictionary(
                h => h!["name"]!.GetValue<string>(), h =>
                    h!["keys"]!.AsArray().Select(k => k!["id"]!.GetValue<string>()).ToHashSet());
            bool complete = true;
            bool[] sources = new bool[Plans.Vms];
            for (int i = 0; i < _vms.Length; i++)
            {
                var (key, has) = await KeyOnHostAsync(Name(i), held);
                complete &= !key || has || (_weather.Wrong && _vms[i].Provider == Providers.Py);
                _vms[i] = _vms[i] with { KeyOnHost = has };
                (_, sources[i]) = await KeyOnHostAsync(Source(i), held);
                complete &= sources[i];
            }

            _weather = _weather with { SourceKeys = sources };
            string now = string.Join(' ', held.OrderBy(h => h.Key).SelectMany(h => h.Value.Order().Prepend(h.Key)));
            (bool same, before) = (now == before, now);
            return all ? complete : same;
        }, "the hosts have the keys of all VMs");
    }

    private async Task<(bool Key, bool Has)> KeyOnHostAsync(string vm, Dictionary<string, HashSet<string>> held)
    {
        var body = (await _api.GetAsync($"vms/{vm}")).Body;
        string? key = body?["key"]?["id"]?.GetValue<string>();
        return (key is not null, key is not null && held[body!["host"]!.GetValue<string>()].Contains(key));
    }

    /// <summary>
    /// What a disturbed act left: the VM before it or after it. Nothing that the files say is begun is ever abandoned, whatever
    /// died or was refused; only a job that a full disk stopped in the middle is finished by asking again. Of a VM that left the
    /// inventory to come back at once, the second half may be missing.
    /// </summary>
    private async Task SettleAsync(int vm, Act act, Trouble trouble, ModelVm before, byte[] content)
    {
        var seen = await LookAsync(vm);
        if (act == Act.Reregister && before.Exists && seen == ModelVm.Nothing)
        {
            var (ok, code) = await RegisterAsync(vm, PathOf(vm, before), before.Host);
            Assert.True(ok, $"{Name(vm)} cannot be registered again: {code} {_refusals.GetValueOrDefault(vm)} ({History(vm)})");
            seen = await LookAsync(vm);
        }

        if (seen is null && trouble == Trouble.DiskFull && _weather.Kms)
        {
            var (ok, code) = await ActAsync(vm, act, []);
            Assert.True(ok, $"{Name(vm)}: {act} that was broken off cannot be finished: {code} {_refusals.GetValueOrDefault(vm)} "
                + $"({History(vm)})");
            seen = await LookAsync(vm);
        }

        if (seen is null)
        {
            Assert.Fail($"{act} of {Name(vm)} was begun and abandoned: {_refusals.GetValueOrDefault(vm)} ({History(vm)})\n"
                + _up.LogsOfParts(60));
        }

        var after = Rules.Of(vm, before, act, Weather.Fine).After;
        Assert.True(seen.Looks(before) || seen.Looks(after),
            $"{Name(vm)} was {before}, should be that or {after} after {act}, and is {seen} ({History(vm)})");
        _vms[vm] = seen;
        if (seen.Exists && !before.Exists)
            _content[vm] = content;
    }

    /// <summary>The VM as the center shows it; null while its files are between two states.</summary>
    private async Task<ModelVm?> LookAsync(int vm)
    {
        var answer = await _api.GetAsync($"vms/{Name(vm)}");
        if (answer.Status == 404)
            return ModelVm.Nothing;
        Assert.True(answer.Accepted, answer.ToString());
        var body = answer.Body!;
        Assert.True(body["suspect"] is null, $"{Name(vm)} is suspect: {body["suspect"]}");
        bool home = body["encrypted"]!.GetValue<bool>();
        bool whole = body["disks"]!.AsArray().All(d => d!["encrypted"]!.GetValue<bool>() == home) && !Transition(body);
        return !whole ? null : new ModelVm
        {
            Exists = true,
            Provider = body["key"]?["provider"]?.GetValue<string>() ?? "",
            On = body["powerState"]!.GetValue<string>() == "poweredOn",
            Host = body["host"]!.GetValue<string>() == HostName(0) ? 0 : 1,
            Elsewhere = body["path"]!.GetValue<string>().StartsWith("[datastore2]", StringComparison.Ordinal),
            SecondDisk = body["disks"]!.AsArray().Count == 2,
            KeyOnHost = _vms[vm].KeyOnHost,
        };
    }

    private bool Transition(JsonNode vm) => vm["disks"]!.AsArray().Any(d =>
    {
        string text = File.ReadAllText(FileOf(d!["path"]!.GetValue<string>()));
        return text.Contains("ddb.transition", StringComparison.Ordinal);
    }) || File.ReadAllText(FileOf(vm["path"]!.GetValue<string>())).Contains("encryption.rekey", StringComparison.Ordinal);

    private static string PathOf(int vm, ModelVm model) =>
        $"[{(model.Elsewhere ? "datastore2" : "datastore1")}] {Name(vm)}/{Name(vm)}.vmx";

    private string FileOf(string display) => Path.Combine(
        display.StartsWith("[datastore2]", StringComparison.Ordinal) ? _up.SecondDatastore : _up.Datastore,
        display[(display.IndexOf(']') + 2)..]);
}
