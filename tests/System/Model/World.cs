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
    private readonly PyKmip _py;
    private readonly CenterApi _api;
    private readonly ModelVm[] _vms = [.. Enumerable.Repeat(ModelVm.Nothing, Plans.Vms)];
    private readonly byte[][] _content = new byte[Plans.Vms][];
    private string _last = "";
    private Weather _weather = new(Kms: true, Wrong: false, Safe: true);

    private World(LoricaUp up, PyKmip py, CenterApi api) => (_up, _py, _api) = (up, py, api);

    /// <summary>Acts carried out.</summary>
    public int Acts { get; private set; }

    public static async Task<World> StartAsync()
    {
        var up = await LoricaUp.StartAsync();
        var py = await PyKmip.StartAsync();
        try
        {
            await up.StopAsync();
            // Of a size that a ballast fills at once.
            var marker = await File.ReadAllBytesAsync(Path.Combine(up.Datastore, Marker));
            await Shell.OutputAsync("/bin/mount", "-t", "tmpfs", "-o", "size=256m,mode=0755", "tmpfs", up.Datastore);
            await File.WriteAllBytesAsync(Path.Combine(up.Datastore, Marker), marker);
            await up.StartProcessesAsync();
            await up.SignInAsync();
            await up.AddEmbeddedKmsAsync(Providers.Embedded);
            await up.AddKmsAsync(Providers.Py, py.Port, "--client-cert", py.Pki("client.crt"), "--client-key", py.Pki("client.key"));
            Keys.UploadedIdentity = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(
                py.Pki("client.crt"), py.Pki("client.key"));
            return new World(up, py, await CenterApi.SignInAsync(up));
        }
        catch
        {
            await py.DisposeAsync();
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
            var verdict = Rules.Of(before[i], round.Acts[i], Providers.Of(i, round.Acts[i]), _weather);
            var (ok, code) = outcomes[i];
            Assert.True(verdict.Refusal is null ? ok : !ok && verdict.Allows(code),
                $"{Name(i)} {before[i]}: {round.Acts[i]}, {_weather}: expected {verdict.Refusal ?? "success"}, got {(ok ? "success" : code)} (last refusal: {_last})\n{_up.LogsOfParts()}");
            _vms[i] = verdict.After;
            if (ok && content[i].Length > 0)
                _content[i] = content[i];
        }

        if (round.Trouble == Trouble.WrongKey)
            await RightKeysAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _py.DisposeAsync();
        await _up.DisposeAsync();
    }

    /// <summary>
    /// A job under way whose key goes with the host waits for the key server: not before that returns. Without the host's own key
    /// only what needs no key is tried.
    /// </summary>
    private Round Possible(Round round) => (round.Trouble == Trouble.HostKilled && !_weather.Kms) || !_weather.Safe
        ? round with { Acts = [.. round.Acts.Select(a => a is Act.Decrypt or Act.Recrypt or Act.RecryptDeep ? Act.Show : a)] }
        : round.Trouble == Trouble.WrongKey && !_weather.Kms ? round with { Trouble = Trouble.None }
        : round;

    private async Task<(bool Ok, string Code)> ActAsync(int vm, Act act, byte[] content)
    {
        var path = $"vms/{Name(vm)}";
        var answer = act switch
        {
            Act.ImportPlain => await _api.ImportAsync(Name(vm), null, content),
            Act.ImportEncrypted => await _api.ImportAsync(Name(vm), Encryption, content),
            Act.Encrypt => await PostAsync($"{path}/policy", new JsonObject { ["policy"] = Encryption, ["keys"] = KeysFrom(vm, act) }),
            // The disks hold noise, which looks like no file system.
            Act.Decrypt => await PostAsync($"{path}/policy", new JsonObject { ["policy"] = Default, ["force"] = true }),
            Act.Recrypt => await PostAsync($"{path}/recrypt", new JsonObject { ["mode"] = "shallow", ["keys"] = KeysFrom(vm, act) }),
            Act.RecryptDeep => await PostAsync(
                $"{path}/recrypt", new JsonObject { ["mode"] = "deep", ["force"] = true, ["keys"] = KeysFrom(vm, act) }),
            Act.PowerOn => await PostAsync($"{path}/power", new JsonObject { ["action"] = "on" }),
            Act.PowerOff => await PostAsync($"{path}/power", new JsonObject { ["action"] = "off", ["hard"] = true }),
            Act.Remove => await _api.SendAsync(HttpMethod.Delete, path),
            _ => await _api.SendAsync(HttpMethod.Get, path),
        };
        if (!answer.Accepted)
            _last = answer.ToString();
        if (!answer.Accepted || act == Act.Show)
            return (answer.Accepted, answer.Lost ? "lost" : answer.Code);
        var task = await _api.EndOfAsync(answer.Body!["id"]!.GetValue<string>());
        if (task["state"]!.GetValue<string>() == "succeeded")
            return (true, "");
        _last = task.ToJsonString();
        return (false, task["fault"]?["key"]?.GetValue<string>() ?? "");
    }

    private Task<ApiAnswer> PostAsync(string path, JsonObject body) => _api.SendAsync(HttpMethod.Post, path, body);

    private static JsonArray KeysFrom(int vm, Act act) => [new JsonObject { ["provider"] = Providers.Of(vm, act) }];

    private static string Name(int vm) => $"vm{vm}";

    private async Task DisturbAsync(Round round)
    {
        if (round.Trouble is not (Trouble.HostKilled or Trouble.CenterKilled))
            return;
        await Task.Delay(round.AfterMs);
        var part = round.Trouble == Trouble.HostKilled ? "host" : "center";
        await _up.KillAsync(part);

        // At once: who starts a part that fails again and again waits longer each time.
        await _up.ControlAsync("restart", part);
    }
}
