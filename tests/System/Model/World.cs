using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests.Model;

/// <summary>A real Lorica beside the model of it: acts are carried out on both, and must come to the same.</summary>
internal sealed partial class World : IAsyncDisposable
{
    private const string Encryption = "VM Encryption Policy", Default = "Datastore Default";
    private const string Marker = ".lorica-datastore";
    private const int DiskBytes = 512 * 1024;

    private readonly LoricaUp _up;
    private readonly CenterApi _api;
    private readonly ModelVm[] _vms = [.. Enumerable.Repeat(ModelVm.Nothing, Plans.Vms)];
    private readonly byte[][] _content = new byte[Plans.Vms][];
    private bool _kms = true;

    private World(LoricaUp up, CenterApi api) => (_up, _api) = (up, api);

    /// <summary>Acts carried out.</summary>
    public int Acts { get; private set; }

    public static async Task<World> StartAsync()
    {
        var up = await LoricaUp.StartAsync();
        try
        {
            await up.StopAsync();
            // Of a size that a ballast fills at once.
            var marker = await File.ReadAllBytesAsync(Path.Combine(up.Datastore, Marker));
            await Shell.OutputAsync("/bin/mount", "-t", "tmpfs", "-o", "size=256m,mode=0755", "tmpfs", up.Datastore);
            await File.WriteAllBytesAsync(Path.Combine(up.Datastore, Marker), marker);
            await up.StartProcessesAsync();
            await up.SignInAsync();
            await up.AddEmbeddedKmsAsync();
            return new World(up, await CenterApi.SignInAsync(up));
        }
        catch
        {
            await up.DisposeAsync();
            throw;
        }
    }

    /// <summary>Carries a round out and compares.</summary>
    public async Task RunAsync(Round round)
    {
        // Step 1: the weather
        round = Possible(round);
        await PrepareAsync(round.Trouble);

        // Step 2: all acts at once, and in the middle what goes wrong
        var before = _vms.ToArray();
        var content = round.Acts.Select(a => a is Act.ImportPlain or Act.ImportEncrypted ? RandomNumberGenerator.GetBytes(DiskBytes) : []).ToArray();
        var acts = round.Acts.Select((act, i) => ActAsync(i, act, content[i])).ToArray();
        await DisturbAsync(round);
        var outcomes = await Task.WhenAll(acts);
        Acts += outcomes.Length;

        // Step 3: what was disturbed is looked at, the rest must be as the rules say
        if (round.Trouble is Trouble.HostKilled or Trouble.CenterKilled or Trouble.DiskFull)
        {
            await RepairAsync(round.Trouble);
            for (var i = 0; i < outcomes.Length; i++)
                await SettleAsync(i, round.Acts[i], before[i], content[i]);
            return;
        }

        for (var i = 0; i < outcomes.Length; i++)
        {
            var verdict = Rules.Of(before[i], round.Acts[i], _kms);
            var (ok, code) = outcomes[i];
            Assert.True(verdict.Refusal is null ? ok : !ok && verdict.Allows(code),
                $"{Name(i)} {before[i]}: {round.Acts[i]}, the key server {(_kms ? "up" : "down")}: expected {verdict.Refusal ?? "success"}, got {(ok ? "success" : code)}");
            _vms[i] = verdict.After;
            if (ok && content[i].Length > 0)
                _content[i] = content[i];
        }
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _up.DisposeAsync();
    }

    /// <summary>A decryption under way whose key goes with the host waits for the key server: not before it returns.</summary>
    private Round Possible(Round round) => round.Trouble == Trouble.HostKilled && !_kms
        ? round with { Acts = [.. round.Acts.Select(a => a is Act.Decrypt or Act.Recrypt ? Act.Show : a)] }
        : round;

    private async Task<(bool Ok, string Code)> ActAsync(int vm, Act act, byte[] content)
    {
        var path = $"vms/{Name(vm)}";
        var answer = act switch
        {
            Act.ImportPlain => await _api.ImportAsync(Name(vm), null, content),
            Act.ImportEncrypted => await _api.ImportAsync(Name(vm), Encryption, content),
            Act.Encrypt => await PostAsync($"{path}/policy", new JsonObject { ["policy"] = Encryption }),
            // The disks hold noise, which looks like no file system.
            Act.Decrypt => await PostAsync($"{path}/policy", new JsonObject { ["policy"] = Default, ["force"] = true }),
            Act.Recrypt => await PostAsync($"{path}/recrypt", new JsonObject { ["mode"] = "shallow" }),
            Act.PowerOn => await PostAsync($"{path}/power", new JsonObject { ["action"] = "on" }),
            Act.PowerOff => await PostAsync($"{path}/power", new JsonObject { ["action"] = "off", ["hard"] = true }),
            Act.Remove => await _api.SendAsync(HttpMethod.Delete, path),
            _ => await _api.SendAsync(HttpMethod.Get, path),
        };
        if (!answer.Accepted || act == Act.Show)
            return (answer.Accepted, answer.Lost ? "lost" : answer.Code);
        var task = await _api.EndOfAsync(answer.Body!["id"]!.GetValue<string>());
        return task["state"]!.GetValue<string>() == "succeeded" ? (true, "") : (false, task["fault"]?["key"]?.GetValue<string>() ?? "");
    }

    private Task<ApiAnswer> PostAsync(string path, JsonObject body) => _api.SendAsync(HttpMethod.Post, path, body);

    private static string Name(int vm) => $"vm{vm}";

    private async Task DisturbAsync(Round round)
    {
        if (round.Trouble is not (Trouble.HostKilled or Trouble.CenterKilled))
            return;
        await Task.Delay(round.AfterMs);
        var pid = await _up.PidAsync(round.Trouble == Trouble.HostKilled ? "host" : "center");
        if (pid > 0)
            Process.GetProcessById(pid).Kill();
    }
}
